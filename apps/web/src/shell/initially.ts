/** The first value of a field whose type is wider than it: `initially<string[]>([])`. */
export function initially<T>(value: T): T {
  return value;
}
