import { modelKey } from '../routing/asked-route.ts';
import { type ModelAlias, parseModelAlias } from '../targets/rules/model-alias.ts';

// Browsers import this file, so it must not import zod.

export type ChannelNames = ReturnType<typeof createChannelNames>;

/**
 * What clients may call a channel's models: by their ids and by the names of its `model_aliases`. A name that
 * an alias has taken no longer means the model that is really called that.
 */
export function createChannelNames(lines: readonly string[]) {
  const idByName = new Map(lines.map(readAlias).map(({ public: name, id }) => [name, id]));
  const namesById = Map.groupBy(idByName.keys(), (name) => idByName.get(name));
  return {
    /** The model that a name means. */
    idOf: (name: string): string => idByName.get(name) ?? name,
    /** All names of a model: its own, unless an alias has taken it, and its aliases. */
    namesOf(id: string): string[] {
      const own = idByName.has(id) ? [] : [id];
      return [...own, ...(namesById.get(id) ?? [])];
    },
    aliases: (): Iterable<string> => idByName.keys(),
    /** The models that aliases stand for. */
    ids: (): Iterable<string> => idByName.values(),
  };
}

function readAlias(line: string): ModelAlias {
  const { public: name, id } = parseModelAlias(line);
  return { public: modelKey(name), id: modelKey(id) };
}

interface AliasFault {
  /** Of the line. */
  index: number;
  code: 'repeated' | 'wrong_alias';
  message: string;
}

/** What is wrong with a list of valid aliases; null if nothing is. */
export function faultOfAliases(lines: readonly string[]): AliasFault | null {
  const aliases = lines.map(readAlias);
  const idByName = new Map<string, string>();
  for (const [index, { public: name, id }] of aliases.entries()) {
    if (idByName.has(name)) {
      return { index, code: 'repeated', message: `must have "${name}" once only` };
    }
    idByName.set(name, id);
  }
  for (const [index, { public: name, id }] of aliases.entries()) {
    const next = idByName.get(id);
    if (next === undefined) continue;
    const message = isLoop(name, idByName)
      ? `must not go round in a circle: "${name}" stands for "${id}", and that for "${next}"`
      : `must name a model's own id: "${id}" is an alias of "${next}"`;
    return { index, code: 'wrong_alias', message };
  }
  return null;
}

function isLoop(name: string, idByName: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  let at: string | undefined = name;
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    at = idByName.get(at);
  }
  return at === name;
}
