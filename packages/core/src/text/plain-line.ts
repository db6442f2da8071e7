/**
 * Whether a name can be used as it is in a row, a page's heading and a log: it has no control characters,
 * no line breaks of any kind, and no half of a surrogate pair.
 */
export function isPlainLine(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
