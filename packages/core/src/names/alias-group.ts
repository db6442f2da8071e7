import { modelKey } from '../routing/asked-route.ts';
import { isPlainLine } from '../text/plain-line.ts';

// Browsers import this file, so it must not import zod.

/** Ids that are one model to people, and the name under which it is offered to them. */
export interface AliasGroup {
  /** The public name. */
  name: string;
  /** The other names of the same model. */
  ids: readonly string[];
}

const nameLimit = 256;
const memberLimit = 100;

/** Reads `name = id = id`. */
export function parseAliasGroup(line: string): AliasGroup {
  const [name = '', ...ids] = line.split(/(?<=\s)=(?=\s)/).map((part) => modelKey(part.trim()));
  return { name, ids };
}

export function aliasGroupLine({ name, ids }: AliasGroup): string {
  return [name, ...ids].join(' = ');
}

/** What is wrong with a line; null if nothing is. */
export function faultOfAliasGroup(line: string): string | null {
  const { name, ids } = parseAliasGroup(line);
  const names = [name, ...ids];
  if (ids.length === 0) return 'must be "name = id = id": a public name and what else it is called';
  if (names.length > memberLimit) return `must name at most ${memberLimit} models`;
  if (new Set(names).size < names.length) return 'must name each model once';
  const isName = (one: string) =>
    one.length <= nameLimit && isPlainLine(one) && !/^$|^=|=$/.test(one);
  return names.every(isName) ? null : `must name models by 1 to ${nameLimit} plain characters`;
}

/** A name that two groups have, so that it wouldn't be clear which is meant; null if there is none. */
export function nameInTwoGroups(lines: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const line of lines) {
    const { name, ids } = parseAliasGroup(line);
    for (const one of [name, ...ids]) {
      if (seen.has(one)) return one;
      seen.add(one);
    }
  }
  return null;
}

export type AliasIndex = ReturnType<typeof createAliasIndex>;

/** Finds a model's group by any of its names, in one step however many groups there are. */
export function createAliasIndex(lines: readonly string[]) {
  const groups = lines.map(parseAliasGroup);
  const byName = new Map<string, { group: AliasGroup; names: readonly string[] }>();
  for (const group of groups) {
    const names = [group.name, ...group.ids];
    for (const name of names) byName.set(name, { group, names });
  }
  return {
    groups: groups as readonly AliasGroup[],
    groupOf: (name: string): AliasGroup | undefined => byName.get(name)?.group,
    /** The name itself, then the others of its group. */
    namesLike(name: string): readonly string[] {
      const names = byName.get(name)?.names;
      return names ? [name, ...names.filter((one) => one !== name)] : [name];
    },
  };
}
