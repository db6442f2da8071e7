import { namesWithin } from '../routing/asked-route.ts';
import { matchesPattern } from '../text/matches-pattern.ts';
import type { AliasIndex } from './alias-group.ts';

// Browsers import this file, so it must not import zod.

/** What rules need to know of a target. The same object until the target changes. */
export interface TaggedTarget {
  name: string;
  tags: readonly string[];
}

export type ModelRules = ReturnType<typeof createModelRules>;

const tagPrefix = 'tag:';
/** With more patterns than this for a target, what they say about a name is remembered. */
const fewPatterns = 16;
const memoLimit = 4_000;

/**
 * What a key's list of models allows: `channel/model` exactly, a model's name on every channel, patterns of
 * either with `*`, and `tag:cheap` for the channels with this tag. A slash always separates a channel from
 * its model, so a listed id that has one needs `*` for its channel. An exact name also allows the other
 * names of its group; a pattern allows what it matches and no more, so that a new group never widens it.
 * `isTargetName`: the name of a target that has a star in it means that target alone.
 */
export function createModelRules(
  entries: readonly string[],
  aliases: AliasIndex,
  isTargetName: (name: string) => boolean = () => false,
) {
  const rules = readRules(entries, aliases);
  let byTarget = new WeakMap<TaggedTarget, TargetRules>();
  let remembered = 0;
  const rulesFor = (target: TaggedTarget): TargetRules => {
    const known = byTarget.get(target);
    if (known) return known;
    const own = rulesForTarget(rules, target, isTargetName);
    byTarget.set(target, own);
    return own;
  };
  const matches = (target: TaggedTarget, model: string): boolean => {
    const { patterns, memo } = rulesFor(target);
    const known = memo.get(model);
    if (known !== undefined) return known;
    const isMatch = patterns.match(model);
    if (patterns.count > fewPatterns) {
      remembered += 1;
      memo.set(model, isMatch);
      if (remembered > memoLimit) {
        byTarget = new WeakMap();
        remembered = 0;
      }
    }
    return isMatch;
  };
  const isExact = ({ name }: TaggedTarget, model: string): boolean =>
    // Joining names costs more than all else, and a list of patterns has none.
    rules.exact.size > 0 &&
    (rules.exact.has(`${name}/${model}`) || rules.exact.has(`${name}/models/${model}`));
  return {
    /** Whether this name of a model is allowed on the target. `model`: without the prefix `models/`. */
    allows: (target: TaggedTarget, model: string): boolean =>
      rules.bare.has(model) || isExact(target, model) || matches(target, model),
    /** Whether the list names the target itself, whatever models it has now. */
    namesTarget: ({ name }: TaggedTarget): boolean => rules.exactTargets.has(name),
  };
}

interface Rules {
  /** `channel/model`. */
  exact: ReadonlySet<string>;
  /** The channels that may be meant by these. */
  exactTargets: ReadonlySet<string>;
  bare: ReadonlySet<string>;
  /** In lower case. */
  tags: ReadonlySet<string>;
  /** `target` null: on every channel. */
  patterns: readonly { target: string | null; model: string }[];
}

function readRules(entries: readonly string[], aliases: AliasIndex): Rules {
  const [exact, exactTargets] = [new Set<string>(), new Set<string>()];
  const [bare, tags] = [new Set<string>(), new Set<string>()];
  const patterns: { target: string | null; model: string }[] = [];
  for (const entry of entries) {
    const tag = tagOf(entry);
    if (tag !== null) tags.add(tag);
    const isPattern = entry.includes('*');
    const splits = namesWithin(entry);
    if (tag === null && splits.length === 0) {
      if (isPattern) patterns.push({ target: null, model: entry });
      else for (const name of aliases.namesLike(entry)) bare.add(name);
    } else if (isPattern) patterns.push(...splits);
    else {
      for (const { target, model } of splits) {
        exactTargets.add(target);
        for (const name of aliases.namesLike(model)) exact.add(`${target}/${name}`);
      }
    }
    if (!isPattern) exact.add(entry);
  }
  return { exact, exactTargets, bare, tags, patterns };
}

/** The tag that an entry names, in lower case; null if it names none. */
function tagOf(entry: string): string | null {
  const tag = entry.startsWith(tagPrefix) ? entry.slice(tagPrefix.length).trim() : '';
  return tag === '' ? null : tag.toLowerCase();
}

interface TargetRules {
  /** Of model names. */
  patterns: ReturnType<typeof createPatternIndex>;
  memo: Map<string, boolean>;
}

function rulesForTarget(
  { tags, patterns }: Rules,
  { name, tags: own }: TaggedTarget,
  isTargetName: (name: string) => boolean,
): TargetRules {
  const isNamed = (target: string) =>
    target === name || (!isTargetName(target) && matchesPattern(name, target));
  const isTagged = own.some((tag) => tags.has(tag.toLowerCase()));
  const models = patterns.flatMap(({ target, model }) =>
    target === null || isNamed(target) ? model : [],
  );
  const isOpen = isTagged || models.includes('*');
  return { patterns: createPatternIndex(isOpen ? ['*'] : models), memo: new Map() };
}

/** Finds patterns by the text before their first `*`, so that thousands cost little more than a few. */
function createPatternIndex(patterns: readonly string[]) {
  const startOf = (pattern: string) => pattern.split('*', 1)[0] ?? '';
  const byStart = Map.groupBy(patterns, startOf);
  const lengths = [...new Set([...byStart.keys()].map(({ length }) => length))];
  return {
    count: patterns.length,
    match: (name: string): boolean =>
      lengths.some((length) =>
        byStart.get(name.slice(0, length))?.some((pattern) => matchesPattern(name, pattern)),
      ),
  };
}
