import { CompiledQuery, type Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Statements insert one of these numbers of rows, so that few are compiled and kept prepared. */
const rowCounts = [64, 8, 1];

interface Statement<Column extends string, Result> {
  /** Every column that a row may have; one that it doesn't have is null. */
  columns: readonly Column[];
  /** Builds the insert of rows with these columns, on either engine. */
  build: (
    kysely: Kysely<Schema>,
    rows: readonly Record<Column, null>[],
  ) => { compile(): CompiledQuery<Result> };
}

/**
 * Returns a function that inserts any number of rows and returns what their statements return. Compiling a
 * statement with many rows takes as long as running it, so that is done once for each database.
 */
export function createManyInsert<Column extends string, Result>({
  columns,
  build,
}: Statement<Column, Result>) {
  const textsByDatabase = new WeakMap<object, Map<number, string>>();
  const emptyRow = Object.fromEntries(columns.map((name) => [name, null])) as Record<Column, null>;

  const textOf = (kysely: Kysely<Schema>, rowCount: number): string => {
    // A transaction has the adapter of its database.
    const { adapter } = kysely.getExecutor();
    const texts = textsByDatabase.get(adapter) ?? new Map<number, string>();
    textsByDatabase.set(adapter, texts);
    const known = texts.get(rowCount);
    if (known !== undefined) return known;
    const { sql } = build(kysely, new Array(rowCount).fill(emptyRow)).compile();
    texts.set(rowCount, sql);
    return sql;
  };

  return async (
    kysely: Kysely<Schema>,
    rows: readonly Partial<Record<Column, unknown>>[],
  ): Promise<Result[]> => {
    const results: Result[] = [];
    let start = 0;
    while (start < rows.length) {
      const left = rows.length - start;
      const rowCount = rowCounts.find((count) => count <= left) ?? left;
      const values: unknown[] = [];
      for (const row of rows.slice(start, start + rowCount)) {
        for (const name of columns) values.push(row[name] ?? null);
      }
      const query = CompiledQuery.raw(textOf(kysely, rowCount), values);
      results.push(...(await kysely.executeQuery<Result>(query)).rows);
      start += rowCount;
    }
    return results;
  };
}
