/**
 * Whether a name can stand in a row, a header of a page and a log as it is: no control characters, no
 * line breaks of any kind, no half of a surrogate pair.
 */
export function isPlainLine(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
