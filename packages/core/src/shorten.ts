/**
 * The first `limit` UTF-16 units of `text`, never half of a surrogate pair, and without what a
 * database refuses to keep: lone surrogates and NUL.
 */
export function shorten(text: string, limit: number): string {
  const last = text.charCodeAt(limit - 1);
  const splitsPair = text.length > limit && last >= 0xd800 && last <= 0xdbff;
  const start = text.slice(0, splitsPair ? limit - 1 : limit);
  return start.toWellFormed().replaceAll('\0', '\uFFFD');
}
