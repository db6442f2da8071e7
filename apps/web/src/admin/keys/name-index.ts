import {
  type ChannelNames,
  createAliasIndex,
  createChannelNames,
  createModelRules,
  namesWithin,
} from '@api-monitor/core';
import type { AllowableNames } from '../../api/wire-types.ts';

type Channel = AllowableNames['channels'][number];

/** What an entry of a key's list matches now. */
export interface Match {
  channels: number;
  models: number;
}

export type EntryKind = 'typed' | 'channel' | 'tag' | 'model';

export interface FoundEntry {
  entry: string;
  kind: EntryKind;
}

export type NameIndex = ReturnType<typeof createNameIndex>;

const limits = { channel: 8, tag: 6, model: 40 };

/** Finds what a key may be limited to, and counts what an entry matches, among 70 channels of 2,400 models. */
export function createNameIndex({ models, channels, model_aliases }: AllowableNames) {
  const aliases = createAliasIndex(model_aliases);
  const channelNames = new Map<Channel, ChannelNames>();
  for (const channel of channels) {
    if (channel.model_aliases.length > 0) {
      channelNames.set(channel, createChannelNames(channel.model_aliases));
    }
  }
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  const offersByName = offersByNameOf({ models, channels, channelNames });
  const matches = new Map<string, Match>();
  const searched = searchable({ models, channels, groups: aliases.groups.map(({ name }) => name) });

  /** What the entry may allow; only a pattern needs a look at everything. */
  const offersFor = (entry: string): Iterable<Offer> => {
    const model = entry.startsWith('*/') ? entry.slice(2) : entry;
    const isOnAll = model !== entry || !entry.includes('/');
    if (isOnAll && !model.includes('*') && !model.startsWith('tag:')) {
      return aliases.namesLike(model).flatMap((name) => offersByName.get(name) ?? []);
    }
    const targets = namesWithin(entry).map(({ target }) => target);
    const isNamed = targets.length > 0 && !targets.some((target) => target.includes('*'));
    const within = isNamed ? targets.flatMap((target) => byName.get(target) ?? []) : channels;
    return offersOf(new Set(within));
  };
  const count = (entry: string): Match => {
    const rules = createModelRules([entry], aliases, (name) => byName.has(name));
    const [matching, found] = [new Set<Channel>(), new Set<number>()];
    for (const [channel, place] of offersFor(entry)) {
      const id = models[place] ?? '';
      const own = channelNames.get(channel);
      const isAllowed = own
        ? own.namesOf(id).some((name) => rules.allows(channel, name))
        : rules.allows(channel, id);
      if (!isAllowed) continue;
      matching.add(channel);
      found.add(place);
    }
    return { channels: matching.size, models: found.size };
  };
  return {
    matchOf(entry: string): Match {
      const match = matches.get(entry) ?? count(entry);
      matches.set(entry, match);
      return match;
    },
    /** The channels, tags and models that have every word of it, and what was typed: first if it is an entry. */
    search: (query: string): FoundEntry[] => searched(query.trim()),
  };
}

/** A channel, and the place of one of its models in the list. */
type Offer = readonly [Channel, number];

function* offersOf(channels: Iterable<Channel>): Generator<Offer> {
  for (const channel of channels) for (const place of channel.models) yield [channel, place];
}

function offersByNameOf({
  models,
  channels,
  channelNames,
}: Pick<AllowableNames, 'models' | 'channels'> & {
  channelNames: ReadonlyMap<Channel, ChannelNames>;
}): Map<string, Offer[]> {
  const byName = new Map<string, Offer[]>();
  for (const offer of offersOf(channels)) {
    const [channel, place] = offer;
    const id = models[place] ?? '';
    for (const name of channelNames.get(channel)?.namesOf(id) ?? [id]) {
      const offers = byName.get(name);
      if (offers) offers.push(offer);
      else byName.set(name, [offer]);
    }
  }
  return byName;
}

interface Searchable {
  models: readonly string[];
  channels: readonly Channel[];
  groups: readonly string[];
}

function searchable({ models, channels, groups }: Searchable) {
  const prepare = (names: Iterable<string>) =>
    [...new Set(names)].map((name) => ({ name, text: name.toLowerCase() }));
  const aliases = channels.flatMap(({ model_aliases }) => [
    ...createChannelNames(model_aliases).aliases(),
  ]);
  const [all, tags] = [
    prepare([...groups, ...aliases, ...models]),
    prepare(
      new Map(
        channels.flatMap(({ tags: own }) => own).map((tag) => [tag.toLowerCase(), tag]),
      ).values(),
    ),
  ];
  const names = prepare(channels.map(({ name }) => name));
  return (query: string): FoundEntry[] => {
    const words = query.toLowerCase().replaceAll('*', ' ').split(/\s+/).filter(Boolean);
    const found = (
      from: typeof all,
      kind: keyof typeof limits,
      entryOf: (name: string) => string,
    ) =>
      bestOf(from, words)
        .slice(0, limits[kind])
        .map((name) => ({ kind, entry: entryOf(name) }));
    const typed = isEntry(query) ? [{ kind: 'typed' as const, entry: query }] : [];
    // A word that is no name yet is a search rather than an entry.
    const isMeant = /[*/]|^tag:/.test(query) || all.some(({ name }) => name === query);
    const within = channels.find(({ name }) => query.startsWith(`${name}/`));
    const entries = [
      ...(isMeant ? typed : []),
      ...(within ? modelsOfChannel(within, models, query) : []),
      ...found(names, 'channel', (name) => `${name}/*`),
      ...found(tags, 'tag', (name) => `tag:${name}`),
      ...found(all, 'model', entryOfModel),
      ...typed,
    ];
    const seen = new Set<string>();
    return entries.filter(({ entry }) => !seen.has(entry) && seen.add(entry));
  };
}

/** A model on every channel; a slash in its name would be read as a channel's. */
function entryOfModel(name: string): string {
  return name.includes('/') ? `*/${name}` : name;
}

function modelsOfChannel(channel: Channel, models: readonly string[], query: string): FoundEntry[] {
  const rest = query.slice(channel.name.length + 1).toLowerCase();
  return channel.models
    .map((place) => models[place] ?? '')
    .filter((name) => name.toLowerCase().includes(rest))
    .slice(0, limits.model)
    .map((name) => ({ kind: 'model', entry: `${channel.name}/${name}` }));
}

/** Those that begin with the first word come first. */
function bestOf(
  from: readonly { name: string; text: string }[],
  words: readonly string[],
): string[] {
  const [first = ''] = words;
  const found = from.filter(({ text }) => words.every((word) => text.includes(word)));
  const starts = found.filter(({ text }) => text.startsWith(first));
  const others = found.filter(({ text }) => !text.startsWith(first));
  return [...starts, ...others].map(({ name }) => name);
}

function isEntry(text: string): boolean {
  return text !== '' && text.length <= 512 && !/^\/|^tag:\s*$/.test(text);
}
