import type { SqliteDatabase, SqliteStatement } from 'kysely';

/** More than the number of distinct statements of this room, including those of each chunk size. */
const statementLimit = 256;

/**
 * Lets Kysely prepare a statement once and use it again; the least recently used ones are dropped.
 * Safe because every statement runs to its end before the next one (no query is streamed).
 */
export function cacheStatements(sqlite: SqliteDatabase): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      sqlite.close();
    },
    prepare: (text) => {
      const statement = statements.get(text) ?? sqlite.prepare(text);
      statements.delete(text);
      statements.set(text, statement);
      dropOldest(statements);
      return statement;
    },
  };
}

function dropOldest(statements: Map<string, SqliteStatement>): void {
  if (statements.size <= statementLimit) return;
  const oldest = statements.keys().next();
  if (!oldest.done) statements.delete(oldest.value);
}
