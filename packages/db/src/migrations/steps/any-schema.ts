import { type Kysely, type RawBuilder, sql } from 'kysely';

/**
 * Tables and columns by their names alone: what a released migration does must never follow the types
 * of today's tables.
 */
export type AnySchema = Record<string, Record<string, unknown>>;

const pageLength = 2_000;

/** The rows of a numbered table, page by page in the order of their ids. */
export async function* pagesOf<Row extends { id: number }>(
  db: Kysely<AnySchema>,
  table: string,
  columns: readonly string[],
  condition: RawBuilder<boolean> = sql<boolean>`1 = 1`,
): AsyncGenerator<Row[]> {
  for (let afterId = 0; ; ) {
    const rows = await db
      .selectFrom(table)
      .select(['id', ...columns])
      .where('id', '>', afterId)
      .where(condition)
      .orderBy('id')
      .limit(pageLength)
      .$castTo<Row>()
      .execute();
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    afterId = last.id;
  }
}
