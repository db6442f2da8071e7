/**
 * The first `limit` UTF-16 units of `text`, without splitting a surrogate pair. Lone surrogates and control
 * characters, which databases refuse or terminals obey, are replaced; line breaks and tabs stay.
 */
export function shorten(text: string, limit: number): string {
  const last = text.charCodeAt(limit - 1);
  const splitsPair = text.length > limit && last >= 0xd800 && last <= 0xdbff;
  const start = text.slice(0, splitsPair ? limit - 1 : limit);
  return start.toWellFormed().replaceAll(/(?![\t\n\r])\p{Cc}/gu, '\uFFFD');
}
