import type { Target } from '@api-monitor/core';
import type { ChannelEntry, CheckedEntry } from './check-entries.ts';
import { foldName } from './fold-name.ts';
import { identityOf } from './identity-of.ts';

export interface KnownChannel {
  target: Target;
  /** New after each change. */
  version: string;
  /** One for each of its keys; none if they were sealed with another encryption key. */
  identities: readonly string[];
}

/** The stored channel that an entry is about, null if it is a new one, and the name that it gets. */
export interface Match {
  known: KnownChannel | null;
  name: string | null;
  /** Whether another channel has this name, or gets it, perhaps in another spelling. */
  isTaken: boolean;
}

/**
 * Finds the stored channel for each entry: by address and key, then by name. Entries that the file gave the
 * same name also find a channel with that name and another number, at the same address; a new one gets a number
 * that is free. Names that differ only in case or Unicode form are one, in the spelling that is stored.
 */
export function matchEntries(
  entries: readonly CheckedEntry[],
  stored: readonly KnownChannel[],
): Match[] {
  const search = createSearch(stored);
  const wanted = entries.map((checked) => wantedOf(checked));
  const identities = new Set(wanted.flatMap((one) => one?.identities ?? []));
  const found = new Map<Wanted, KnownChannel>();
  const passes: ((one: Wanted) => KnownChannel | undefined)[] = [
    (one) => search.byIdentity(one, (known) => known.target.name === one.name),
    (one) => {
      // A channel of this name that no entry finds by its key has been given this key.
      const holder = one.family === null ? search.byName(one) : undefined;
      if (holder && !holder.identities.some((identity) => identities.has(identity))) return;
      return search.byIdentity(one, () => true);
    },
    (one) => search.byName(one, ({ target }) => target.base_url === one.baseUrl),
    (one) => search.inFamily(one),
    (one) => search.byName(one),
    (one) => search.byFoldedName(one),
  ];
  for (const pass of passes) {
    for (const one of wanted) {
      if (!one || found.has(one)) continue;
      const known = one.isNameMade ? search.byIdentity(one, () => true) : pass(one);
      if (!known) continue;
      search.claim(known);
      found.set(one, known);
    }
  }
  return withNames(wanted, found, stored);
}

interface Wanted {
  name: string;
  family: string | null;
  /** The name says nothing, so only the address and the key do. */
  isNameMade: boolean;
  baseUrl: string;
  /** One for each of its keys. */
  identities: readonly string[];
}

function wantedOf(checked: CheckedEntry): Wanted | null {
  if ('refusal' in checked) return null;
  const { name, base_url } = checked.entry;
  const identities = keysIn(checked.entry).map((key) => identityOf(base_url, key));
  const { family = null, isNameMade = false } = checked;
  return { name, family, isNameMade, baseUrl: base_url, identities };
}

/** The keys of an entry. */
export function keysIn({ api_key, keys = [] }: Pick<ChannelEntry, 'api_key' | 'keys'>): string[] {
  if (keys.length > 0) return keys.map((key) => key.api_key);
  return api_key === undefined ? [] : [api_key];
}

/** Stored channels that no entry has claimed yet. */
function createSearch(stored: readonly KnownChannel[]) {
  const claimed = new Set<KnownChannel>();
  const byName = new Map(stored.map((known) => [known.target.name, known]));
  const byFolded = Map.groupBy(stored, ({ target }) => foldName(target.name));
  const byIdentity = new Map<string, KnownChannel[]>();
  for (const known of stored) {
    for (const identity of known.identities) {
      byIdentity.set(identity, [...(byIdentity.get(identity) ?? []), known]);
    }
  }
  const byFamily = Map.groupBy(stored, ({ target }) => familyAt(target.base_url, target.name));
  const isFree = (known: KnownChannel) => !claimed.has(known);
  return {
    claim: (known: KnownChannel) => claimed.add(known),
    byIdentity({ identities }: Wanted, fits: (known: KnownChannel) => boolean) {
      for (const identity of identities) {
        const known = byIdentity.get(identity)?.find((one) => isFree(one) && fits(one));
        if (known) return known;
      }
    },
    byName({ name }: Wanted, fits: (known: KnownChannel) => boolean = () => true) {
      const known = byName.get(name);
      return known && isFree(known) && fits(known) ? known : undefined;
    },
    byFoldedName: ({ name }: Wanted) => byFolded.get(foldName(name))?.find(isFree),
    inFamily({ family, baseUrl }: Wanted) {
      if (family === null) return;
      return byFamily.get(familyAt(baseUrl, family))?.find(isFree);
    },
  };
}

/** Channels at one address whose names differ only in the number at the end. */
function familyAt(baseUrl: string, name: string): string {
  return `${baseUrl}\n${foldName(withoutNumber(name))}`;
}

function withoutNumber(name: string): string {
  return name.replace(/ \(\d+\)$/, '');
}

function withNames(
  wanted: readonly (Wanted | null)[],
  found: ReadonlyMap<Wanted, KnownChannel>,
  stored: readonly KnownChannel[],
): Match[] {
  const matched = new Set(found.values());
  const keeping = new Set(stored.filter((known) => !matched.has(known)).map(nameOf));
  for (const [one, known] of found) if (keepsName(one, known)) keeping.add(nameOf(known));
  const taken = new Set([...keeping].map(foldName));
  const freeName = createFreeNames(taken);
  return wanted.map((one) => {
    if (!one) return { known: null, name: null, isTaken: false };
    const known = found.get(one) ?? null;
    if (known && keepsName(one, known)) return { known, name: nameOf(known), isTaken: false };
    if (one.family !== null) return { known, name: freeName(one), isTaken: false };
    const isTaken = taken.has(foldName(one.name));
    taken.add(foldName(one.name));
    return { known, name: one.name, isTaken };
  });
}

/** Whether a channel has the entry's name already, but for its spelling or the number after it. */
function keepsName({ name, family, isNameMade }: Wanted, known: KnownChannel): boolean {
  const has = nameOf(known);
  if (isNameMade) return true;
  if (family === null) return foldName(name) === foldName(has);
  return foldName(withoutNumber(family)) === foldName(withoutNumber(has));
}

function createFreeNames(taken: Set<string>) {
  const numbers = new Map<string, number>();
  return ({ name, family }: Wanted): string => {
    const base = family ?? name;
    let free = name;
    for (let n = (numbers.get(base) ?? 1) + 1; taken.has(foldName(free)); n += 1) {
      free = `${base} (${n})`;
      numbers.set(base, n);
    }
    taken.add(foldName(free));
    return free;
  };
}

function nameOf({ target }: KnownChannel): string {
  return target.name;
}
