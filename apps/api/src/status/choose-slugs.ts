import { AppError, slugOf } from '@api-monitor/core';

/**
 * A slug for each line: the given one, else one made of the name, told from its like by a number.
 * Throws AppError `invalid_input` where two lines are given the same.
 */
export function chooseSlugs(
  lines: readonly { slug?: string | undefined; name: string }[],
): string[] {
  const taken = new Set<string>();
  for (const [index, { slug }] of lines.entries()) {
    if (slug === undefined) continue;
    if (taken.has(slug)) {
      throw new AppError(
        'invalid_input',
        `items.${index}.slug "${slug}" is another line's already`,
      );
    }
    taken.add(slug);
  }
  return lines.map(({ slug, name }) => {
    const chosen = slug ?? freeSlug(slugOf(name) || 'item', taken);
    taken.add(chosen);
    return chosen;
  });
}

function freeSlug(wish: string, taken: ReadonlySet<string>): string {
  let slug = wish;
  for (let number = 2; taken.has(slug); number += 1) slug = `${wish}-${number}`;
  return slug;
}
