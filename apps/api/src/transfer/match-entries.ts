import { createHash } from 'node:crypto';
import type { Target } from '@api-monitor/core';
import type { CheckedEntry } from './check-entries.ts';

export interface KnownChannel {
  target: Target;
  /** New after each change. */
  version: string;
  /** null if its key was sealed with another encryption key. */
  identity: string | null;
}

/** The stored channel that an entry is about, null if it is a new one, and the name that it gets. */
export interface Match {
  known: KnownChannel | null;
  name: string | null;
}

/** What makes a channel the same one under another name: its address and its key, hashed. */
export function identityOf(baseUrl: string, apiKey: string): string {
  return createHash('sha256').update(`${baseUrl}\n${apiKey}`).digest('base64');
}

/**
 * Finds the stored channel for each entry: by address and key, then by name. Entries that the file gave the
 * same name also find a channel with that name and another number, at the same address; a new one gets a number
 * that is free.
 */
export function matchEntries(
  entries: readonly CheckedEntry[],
  stored: readonly KnownChannel[],
): Match[] {
  const search = createSearch(stored);
  const wanted = entries.map((checked) => wantedOf(checked));
  const identities = new Set(wanted.map((one) => one?.identity));
  const found = new Map<Wanted, KnownChannel>();
  const passes: ((one: Wanted) => KnownChannel | undefined)[] = [
    (one) => search.byIdentity(one, (known) => known.target.name === one.name),
    (one) => {
      // A channel of this name that no entry finds by its key has been given this key.
      const holder = one.family === null ? search.byName(one) : undefined;
      if (holder && !identities.has(holder.identity ?? '')) return;
      return search.byIdentity(one, () => true);
    },
    (one) => search.byName(one, ({ target }) => target.base_url === one.baseUrl),
    (one) => search.inFamily(one),
    (one) => search.byName(one),
  ];
  for (const pass of passes) {
    for (const one of wanted) {
      if (!one || found.has(one)) continue;
      const known = pass(one);
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
  baseUrl: string;
  /** null if the entry has no key. */
  identity: string | null;
}

function wantedOf(checked: CheckedEntry): Wanted | null {
  if ('refusal' in checked) return null;
  const { name, base_url, api_key } = checked.entry;
  const identity = api_key === undefined ? null : identityOf(base_url, api_key);
  return { name, family: checked.family ?? null, baseUrl: base_url, identity };
}

/** Stored channels that no entry has claimed yet. */
function createSearch(stored: readonly KnownChannel[]) {
  const claimed = new Set<KnownChannel>();
  const byName = new Map(stored.map((known) => [known.target.name, known]));
  const byIdentity = Map.groupBy(stored, ({ identity }) => identity);
  const byFamily = Map.groupBy(stored, ({ target }) => familyAt(target.base_url, target.name));
  const isFree = (known: KnownChannel) => !claimed.has(known);
  return {
    claim: (known: KnownChannel) => claimed.add(known),
    byIdentity({ identity }: Wanted, fits: (known: KnownChannel) => boolean) {
      if (identity === null) return;
      return byIdentity.get(identity)?.find((known) => isFree(known) && fits(known));
    },
    byName({ name }: Wanted, fits: (known: KnownChannel) => boolean = () => true) {
      const known = byName.get(name);
      return known && isFree(known) && fits(known) ? known : undefined;
    },
    inFamily({ family, baseUrl }: Wanted) {
      if (family === null) return;
      return byFamily.get(familyAt(baseUrl, family))?.find(isFree);
    },
  };
}

/** Channels at one address whose names differ only in the number at the end. */
function familyAt(baseUrl: string, name: string): string {
  return `${baseUrl}\n${withoutNumber(name)}`;
}

function withoutNumber(name: string): string {
  return name.replace(/ \(\d+\)$/, '');
}

function withNames(
  wanted: readonly (Wanted | null)[],
  found: ReadonlyMap<Wanted, KnownChannel>,
  stored: readonly KnownChannel[],
): Match[] {
  const taken = new Set(stored.map(({ target }) => target.name));
  const numbers = new Map<string, number>();
  const freeName = ({ name, family }: Wanted) => {
    const base = family ?? name;
    let free = name;
    for (let n = (numbers.get(base) ?? 1) + 1; taken.has(free); n += 1) {
      free = `${base} (${n})`;
      numbers.set(base, n);
    }
    taken.add(free);
    return free;
  };
  return wanted.map((one) => {
    if (!one) return { known: null, name: null };
    const known = found.get(one) ?? null;
    if (one.family === null) return { known, name: one.name };
    const kept = known?.target.name ?? null;
    const isKept = kept !== null && withoutNumber(kept) === withoutNumber(one.family);
    return { known, name: isKept ? kept : freeName(one) };
  });
}
