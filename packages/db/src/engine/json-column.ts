/**
 * The value of a JSON column. The cast's guarantee: this room alone writes these columns, from
 * values of the very type `T`, and the first migration mends what the older tool wrote.
 */
export function parseColumn<T>(text: string): T {
  return JSON.parse(text) as T;
}

export function bitOf(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
