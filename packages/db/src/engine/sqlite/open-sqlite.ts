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
import { autoVacuum } from './free-pages.ts';
import { retryBusy } from './retry-busy.ts';
import { cacheStatements } from './statement-cache.ts';

/** When the file is opened, nothing is served yet, so waiting for other processes that start is fine. */
const openTimeoutMs = 10_000;
/** SQLite's own wait would block this whole process. */
const busyTimeoutMs = 0;
/** About 10 s in all, which must also suffice for a migration to end. */
const patience = { tries: 200, pauseMs: (tried: number) => Math.min(50, 5 * tried) };

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
    // Has an effect on a new file only, and only before anything is written.
    sqlite.pragma(`auto_vacuum = ${autoVacuum}`);
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
  readonly #turns = createTurns();

  constructor(sqlite: Sqlite.Database, config: SqliteDialectConfig) {
    super(config);
    this.#sqlite = sqlite;
  }

  override async acquireConnection(): Promise<PatientConnection> {
    return new PatientConnection(await super.acquireConnection(), this.#turns);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await ownConnection(connection).begin();
  }

  // On a full disk SQLite rolls back by itself; a second rollback would fail and hide the first error.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#sqlite.inTransaction) await super.rollbackTransaction(connection);
  }

  override async releaseConnection(connection?: DatabaseConnection): Promise<void> {
    if (connection) ownConnection(connection).end();
  }
}

/**
 * The one connection to the file, as one user of it sees it. A statement or a transaction has its turn alone.
 * While another process holds the write lock, a writer gives its turn back between two tries, so readers go
 * on, and so does the rest of this process.
 */
class PatientConnection implements DatabaseConnection {
  readonly #inner: DatabaseConnection;
  readonly #turns: Turns;
  /** Set during a transaction. */
  #endTurn: (() => void) | null = null;

  constructor(inner: DatabaseConnection, turns: Turns) {
    this.#inner = inner;
    this.#turns = turns;
  }

  async begin(): Promise<void> {
    this.#endTurn = await retryBusy(async () => {
      const endTurn = await this.#turns.take();
      try {
        await this.#inner.executeQuery(CompiledQuery.raw('begin immediate'));
        return endTurn;
      } catch (error) {
        endTurn();
        throw error;
      }
    }, patience);
  }

  end(): void {
    this.#endTurn?.();
    this.#endTurn = null;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#endTurn) return this.#inner.executeQuery<R>(query);
    return retryBusy(async () => {
      const endTurn = await this.#turns.take();
      return this.#inner.executeQuery<R>(query).finally(endTurn);
    }, patience);
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#inner.streamQuery<R>(query, chunkSize);
  }
}

/** Guarantee: Kysely returns only connections that the driver has given out. */
function ownConnection(connection: DatabaseConnection): PatientConnection {
  return connection as PatientConnection;
}

interface Turns {
  /** Resolves when it is the caller's turn, with a function that ends it. */
  take(): Promise<() => void>;
}

function createTurns(): Turns {
  let last = Promise.resolve();
  return {
    async take() {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      return resolve;
    },
  };
}

/**
 * SQLite can roll DDL back, so the migrator may run in a transaction. The transaction takes the write lock
 * at its start, so two processes that start at once migrate one after the other.
 */
class TransactionalSqliteAdapter extends SqliteAdapter {
  /** The driver itself sees to it that statements don't get into other users' transactions. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
