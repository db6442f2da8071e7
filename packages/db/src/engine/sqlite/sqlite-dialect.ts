import Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import { retryBusy } from './retry-busy.ts';
import { cacheStatements } from './statement-cache.ts';

/** While the file is opened nothing is served yet: other processes that start may be waited for. */
const openTimeoutMs = 10_000;
/** How long a statement holds this whole process up where another process writes. */
const busyTimeoutMs = 50;
/** Half of the time belongs to everything else; about 10 s in all, a wait for a migration too. */
const patience = { tries: 100, pauseMs: 50 };

/** SQLite in a file that several processes may hold open. */
export function createSqliteDialect(filePath: string): Dialect {
  const sqlite = openSqlite(filePath);
  const config = { database: cacheStatements(sqlite) };
  const standard = new SqliteDialect(config);
  return {
    createDriver: () => new PatientSqliteDriver(sqlite, config),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createQueryCompiler: () => standard.createQueryCompiler(),
    createIntrospector: (db) => standard.createIntrospector(db),
  };
}

function openSqlite(filePath: string): Sqlite.Database {
  const sqlite = new Sqlite(filePath, { timeout: openTimeoutMs });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    // What is deleted leaves no trace in a page that is written anyway, or used again.
    sqlite.pragma('secure_delete = FAST');
    sqlite.pragma('temp_store = MEMORY');
    // The dashboard reads the whole summary (tens of MB with full histories): map it, don't copy it.
    sqlite.pragma(`mmap_size = ${1024 ** 3}`);
    sqlite.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    sqlite.pragma(`busy_timeout = ${busyTimeoutMs}`);
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

/**
 * Takes the write lock when a transaction begins. A deferred one that reads first and writes later
 * fails at once where another process wrote in between (SQLITE_BUSY_SNAPSHOT), without any waiting:
 * https://www.sqlite.org/isolation.html
 */
class PatientSqliteDriver extends SqliteDriver {
  readonly #sqlite: Sqlite.Database;

  constructor(sqlite: Sqlite.Database, config: SqliteDialectConfig) {
    super(config);
    this.#sqlite = sqlite;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    return new PatientConnection(await super.acquireConnection());
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  // A full disk has SQLite roll back by itself; to fail at it again would hide what was the matter.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Waits for another process's write without holding this one up: SQLite itself waits synchronously. */
class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;

  constructor(inner: DatabaseConnection) {
    this.#inner = inner;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return retryBusy(() => this.#inner.executeQuery<R>(query), patience);
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

/**
 * SQLite does roll DDL back, so the migrator may run in a transaction; with the write lock taken at
 * its start, two processes that start at once migrate one after the other.
 */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
