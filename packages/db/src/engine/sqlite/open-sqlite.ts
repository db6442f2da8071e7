import Sqlite from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
} from 'kysely';
import type { Schema } from '../../schema.ts';
import { migrate } from '../migrate.ts';
import { assertReadWrite, createPrivateFile } from '../private-file.ts';
import { retryBusy } from './retry-busy.ts';
import { cacheStatements } from './statement-cache.ts';

/** When the file is opened, nothing is served yet, so waiting for other processes that start is fine. */
const openTimeoutMs = 10_000;
/** How long a statement blocks this whole process while another process writes. */
const busyTimeoutMs = 50;
/** About 10 s in all, half of it for other work; it must also suffice for a migration to end. */
const patience = { tries: 100, pauseMs: 50 };

/** Opens the file at `path`, created if missing, and migrates it. */
export async function openSqlite(path: string, nowS: number): Promise<Kysely<Schema>> {
  // Only SQLite may open an existing file: closing it elsewhere in this process would drop SQLite's locks
  // (https://www.sqlite.org/howtocorrupt.html, section 2.2). SQLite gives -wal and -shm the same mode.
  await createPrivateFile(path, '');
  // SQLite would silently open a file read-only and fail at the first write.
  await assertReadWrite(path);
  const kysely = new Kysely<Schema>({ dialect: createSqliteDialect(path) });
  try {
    await migrate(kysely, nowS);
    return kysely;
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}

/** SQLite in a file that several processes may hold open. */
export function createSqliteDialect(filePath: string): Dialect {
  const sqlite = openFile(filePath);
  const config = { database: cacheStatements(sqlite) };
  const standard = new SqliteDialect(config);
  return {
    createDriver: () => new PatientSqliteDriver(sqlite, config),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createQueryCompiler: () => standard.createQueryCompiler(),
    createIntrospector: (db) => standard.createIntrospector(db),
  };
}

function openFile(filePath: string): Sqlite.Database {
  const sqlite = new Sqlite(filePath, { timeout: openTimeoutMs });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    // Erases deleted data in pages that are written anyway, and in those that are used again.
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
 * Takes the write lock when a transaction begins. A deferred transaction that reads first and writes later
 * fails at once, without waiting, if another process wrote in between (SQLITE_BUSY_SNAPSHOT):
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

  // On a full disk SQLite rolls back by itself; a second rollback would fail and hide the first error.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection);
  }
}

/** Waits for another process's write without blocking this process, which SQLite's own wait would do. */
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
 * SQLite can roll DDL back, so the migrator may run in a transaction. The transaction takes the write lock
 * at its start, so two processes that start at once migrate one after the other.
 */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
