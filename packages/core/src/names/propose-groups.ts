import { type AliasGroup, type AliasIndex, createAliasIndex } from './alias-group.ts';
import { familyOf, type ModelFamily } from './model-family.ts';

// Browsers import this file, so it must not import zod.

/** Names that look like one model; an operator decides whether they are. */
export interface ProposedGroup extends AliasGroup {
  /** What is remembered if the proposal is dismissed. */
  key: string;
}

interface Proposing {
  /** How many channels offer a model under each name. */
  channels: ReadonlyMap<string, number>;
  /** The groups that exist: a proposal may add names to one of them, never join two. */
  aliases?: AliasIndex;
  dismissed?: ReadonlySet<string>;
}

interface Member extends ModelFamily {
  name: string;
}

const noAliases = createAliasIndex([]);

/**
 * Groups names that differ only in how they are spelt: vendor prefix, case, dots or dashes, `-latest`, and a
 * date if the model has only one. With several dates the undated name may mean any of them, so each date
 * is a group of its own.
 */
export function proposeGroups({
  channels,
  aliases = noAliases,
  dismissed = new Set(),
}: Proposing): ProposedGroup[] {
  const members = [...channels.keys()].map((name) => ({ name, ...familyOf(name) }));
  const proposals: ProposedGroup[] = [];
  for (const [family, all] of Map.groupBy(members, ({ key }) => key)) {
    if (all.length < 2) continue;
    for (const [key, some] of byDate(family, all)) {
      const proposal = dismissed.has(key) ? null : proposalOf(some, { channels, aliases });
      if (proposal) proposals.push({ key, ...proposal });
    }
  }
  return proposals.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function byDate(family: string, all: readonly Member[]): [string, readonly Member[]][] {
  const dates = new Set(all.flatMap(({ date }) => date ?? []));
  if (dates.size < 2) return [[family, all]];
  return [...Map.groupBy(all, ({ date }) => (date === null ? family : `${family}@${date}`))];
}

function proposalOf(
  members: readonly Member[],
  { channels, aliases }: Pick<Required<Proposing>, 'channels' | 'aliases'>,
): AliasGroup | null {
  const groups = new Set(members.flatMap(({ name }) => aliases.groupOf(name) ?? []));
  const [known, second] = groups;
  const fresh = members.filter(({ name }) => !aliases.groupOf(name));
  if (second || fresh.length === 0) return null;
  if (known) return { name: known.name, ids: [...known.ids, ...fresh.map(({ name }) => name)] };
  const [best, ...others] = fresh.toSorted((a, b) => compareNames(a, b, channels));
  return best && others.length > 0
    ? { name: best.name, ids: others.map(({ name }) => name) }
    : null;
}

/** The plainest name first, then the one that most channels use. */
function compareNames(a: Member, b: Member, channels: ReadonlyMap<string, number>): number {
  const used = ({ name }: Member) => channels.get(name) ?? 0;
  return (
    flourishes(a) - flourishes(b) ||
    used(b) - used(a) ||
    a.name.length - b.name.length ||
    (a.name < b.name ? -1 : 1)
  );
}

/** What a name has besides the model's own. */
function flourishes({ name, date, isLatest }: Member): number {
  const marks = [name.includes('/'), date !== null, isLatest, name !== name.toLowerCase()];
  return marks.filter(Boolean).length + (/[@:]/.test(name) ? 1 : 0);
}
