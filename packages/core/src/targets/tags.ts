// Browsers import this file, so it must not import zod.

/** In characters. */
export const longestTag = 32;

/** The tags with further ones. Tags that differ only in case are one, in the spelling that was there first. */
export function withTags(tags: readonly string[], more: readonly string[]): string[] {
  return [...tagsByKey([...tags, ...more]).values()];
}

/** The tags without these, in whatever case. */
export function withoutTags(tags: readonly string[], fewer: readonly string[]): string[] {
  const gone = keysOf(fewer);
  return tags.filter((tag) => !gone.has(keyOf(tag)));
}

/** Whether one of the tags is this one, in whatever case. */
export function hasTag(tags: readonly string[], tag: string): boolean {
  return keysOf(tags).has(keyOf(tag));
}

/** Each tag with the spelling that comes first, by what is the same in every spelling. */
export function tagsByKey(tags: Iterable<string>): Map<string, string> {
  const known = new Map<string, string>();
  for (const tag of tags) if (!known.has(keyOf(tag))) known.set(keyOf(tag), tag);
  return known;
}

function keysOf(tags: readonly string[]): Set<string> {
  return new Set(tags.map(keyOf));
}

function keyOf(tag: string): string {
  return tag.trim().toLowerCase();
}
