import { AppError, slugOf } from '@api-monitor/core';
import { type Database, listTargetsByIds, type StatusItemInput } from '@api-monitor/db';
import type { StatusPagePatch } from './status-schema.ts';

type Lines = NonNullable<StatusPagePatch['items']>;

/**
 * The lines of the page as they are stored, each with a slug. Throws AppError `invalid_input` for a
 * channel that doesn't exist, and if two lines are given the same slug.
 */
export async function linesOf(db: Database, items: Lines): Promise<StatusItemInput[]> {
  const ids = new Set(items.flatMap(({ target_id }) => target_id ?? []));
  const known = new Set((await listTargetsByIds(db, [...ids])).map(({ id }) => id));
  const slugs = chooseSlugs(items);
  return items.map(({ name, target_id, model }, index) => {
    if (target_id !== null && !known.has(target_id)) {
      const field = `items.${index}.target_id`;
      const fields = { [field]: { code: 'does_not_exist' } } as const;
      throw new AppError('invalid_input', `${field}: there is no channel ${target_id}`, { fields });
    }
    return { slug: slugs[index] ?? '', name, target_id, model };
  });
}

/** A slug for each line: the given one, else one made from the name, with a number if that is taken. */
function chooseSlugs(lines: Lines): string[] {
  const taken = new Set<string>();
  for (const [index, { slug }] of lines.entries()) {
    if (slug === undefined) continue;
    if (taken.has(slug)) {
      const field = `items.${index}.slug`;
      const fields = { [field]: { code: 'taken' } } as const;
      throw new AppError('invalid_input', `${field}: another line already has the slug "${slug}"`, {
        fields,
      });
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
