import Sqlite from 'better-sqlite3';
import {
  type ColumnDefinitionBuilder,
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from 'kysely';
import { cacheStatements } from './statement-cache.ts';

/** How long a statement waits for another process's write; also bounds a wait for its migration. */
const busyTimeoutMs = 10_000;

/** The one place that chooses the database and the only one that speaks SQLite's own SQL. */
export function createDialect(filePath: string): Dialect {
  const sqlite = openSqlite(filePath);
  const config = { database: cacheStatements(sqlite) };
  const standard = new SqliteDialect(config);
  return {
    createDriver: () => new ImmediateSqliteDriver(config),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createQueryCompiler: () => standard.createQueryCompiler(),
    createIntrospector: (db) => standard.createIntrospector(db),
  };
}

/** A primary key that the database numbers itself and never gives out twice. */
export function idColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.primaryKey().autoIncrement();
}

function openSqlite(filePath: string): Sqlite.Database {
  const sqlite = new Sqlite(filePath, { timeout: busyTimeoutMs });
  try {
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = NORMAL');
    sqlite.pragma('foreign_keys = ON');
    sqlite.pragma('temp_store = MEMORY');
    // The dashboard reads the whole summary (tens of MB with full histories): map it, don't copy it.
    sqlite.pragma(`mmap_size = ${1024 ** 3}`);
    sqlite.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
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
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
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
