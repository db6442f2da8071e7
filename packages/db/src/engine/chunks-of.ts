/** Rows to a statement: 32,766 values are SQLite's limit, 65,535 Postgres's, and no table is 60 wide. */
const chunkLength = 200;

/** Cuts rows (or keys of an `in` list) into pieces that one statement can carry. */
export function* chunksOf<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += chunkLength) {
    yield rows.slice(start, start + chunkLength);
  }
}
