/** Rows in one statement. SQLite allows 32,766 values, Postgres 65,535, and no table has 60 columns. */
const chunkLength = 200;

/** Cuts rows (or keys of an `in` list) into pieces that one statement can carry. */
export function* chunksOf<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += chunkLength) {
    yield rows.slice(start, start + chunkLength);
  }
}
