/**
 * Whether a text is the pattern, in which each `*` matches any text. Lists have thousands of patterns, so the
 * ends, which decide most often, are compared first.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  const first = pattern.indexOf('*');
  if (first < 0) return text === pattern;
  const last = pattern.lastIndexOf('*');
  const endAt = text.length - (pattern.length - last - 1);
  if (endAt < first || !text.startsWith(pattern.slice(0, first))) return false;
  if (!text.endsWith(pattern.slice(last + 1))) return false;
  let at = first;
  for (let star = first; star < last; ) {
    const next = pattern.indexOf('*', star + 1);
    const part = pattern.slice(star + 1, next);
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
    star = next;
  }
  return at <= endAt;
}
