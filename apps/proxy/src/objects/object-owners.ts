import { setTimeout as sleep } from 'node:timers/promises';
import {
  growingTo,
  type MonitorEvent,
  type ObjectChange,
  type ObjectKind,
  type StateIssued,
} from '@api-monitor/core';
import type { GatewayObject } from '@api-monitor/db';
import { LRUCache } from 'lru-cache';
import { hashOfMark } from '../board/state-issuers.ts';
import type { GatewayStore } from '../gateway-store.ts';
import { kindsLike } from './object-call.ts';

/** A channel, and its key that made something; undefined if it has only one. */
interface Holder {
  targetId: number;
  targetKey: string | undefined;
}

/** Which channel keeps an object, for which key. */
export interface ObjectOwner extends Holder {
  /** null: the master token. */
  keyId: number | null;
  kind: ObjectKind;
}

interface Options {
  store: Pick<GatewayStore, 'newestObjects' | 'objects' | 'objectHolders'>;
  publish: (event: MonitorEvent) => void;
  /** How long a look-up may take. */
  lookUpMs?: number;
}

/** How many objects are remembered; the others are only in the database. */
const objectLimit = 50_000;
const loadedLimit = 20_000;
/** A hostile channel may issue the same id for many keys. */
const ownersLimit = 16;
const holderLimit = 10_000;
const holdersOfOne = 8;
const missLimit = 10_000;
const missLifeMs = 10_000;
const goneLifeMs = 60_000;
const publishPeriodMs = 50;
const eventLimit = 200;
/** By then, what another gateway has just seen is known here too. */
const peerWaitMs = 250;

interface Held extends ObjectOwner {
  /** An answer named it, so it is the key's only if the database has nobody else's row. */
  isUnsure: boolean;
}

/** Other kinds are named by what makes them alone. */
const isNamedInAnswers = (kind: ObjectKind) => kind === 'anthropic-file';

type Change = NonNullable<StateIssued['data']['objects']>[number];

export type ObjectOwners = Awaited<ReturnType<typeof loadObjectOwners>>;

/**
 * Remembers which channel keeps which object for which key, because no other has it, and nobody else may see
 * it. On one channel an id belongs to the key that had it first: the database keeps the first row. It has all
 * of them, as hashes; the newest are here in memory.
 */
export async function loadObjectOwners({ store, publish, lookUpMs = 3_000 }: Options) {
  const owners = new LRUCache<string, readonly Held[]>(growingTo(objectLimit));
  /** The channels that have a key's objects of a kind, the one with the latest first. */
  const holders = new LRUCache<string, readonly Holder[]>(growingTo(holderLimit));
  const misses = new LRUCache<string, true>({ ...growingTo(missLimit), ttl: missLifeMs });
  /** What was deleted a moment ago, which an event or the database may still have. */
  const gone = new LRUCache<string, true>({ ...growingTo(missLimit), ttl: goneLifeMs });
  let fresh: Change[] = [];
  let timer: NodeJS.Timeout | null = null;

  const put = (hash: string, owner: ObjectOwner, isUnsure: boolean): boolean => {
    misses.delete(hash);
    const known = owners.get(hash) ?? [];
    const before = known.find(({ targetId }) => targetId === owner.targetId);
    if (before && (isUnsure || !before.isUnsure)) return false;
    const others = known.filter((one) => one !== before);
    if (others.length >= ownersLimit) return false;
    owners.set(hash, [...others, { ...owner, isUnsure }]);
    return true;
  };
  /** After the database was asked. */
  const confirm = (hash: string) => {
    const known = owners.get(hash);
    if (known)
      owners.set(
        hash,
        known.map((one) => ({ ...one, isUnsure: false })),
      );
    else misses.set(hash, true);
  };
  const needsLookUp = (hash: string) =>
    owners.get(hash)?.some(({ isUnsure }) => isUnsure) ?? !misses.has(hash);
  const noteHolder = ({ targetId, targetKey, keyId, kind }: ObjectOwner) => {
    for (const key of [holderKey(keyId, kind), holderKey('any', kind)]) {
      const others = (holders.get(key) ?? []).filter((one) => one.targetId !== targetId);
      holders.set(key, [{ targetId, targetKey }, ...others].slice(0, holdersOfOne));
    }
  };
  const remove = (hash: string, targetId: number) => {
    gone.set(`${hash} ${targetId}`, true);
    const rest = (owners.get(hash) ?? []).filter((one) => one.targetId !== targetId);
    if (rest.length > 0) owners.set(hash, rest);
    else owners.delete(hash);
  };
  const take = (rows: readonly GatewayObject[]) => {
    for (const row of rows) {
      if (!gone.has(`${row.object_hash} ${row.target_id}`))
        put(row.object_hash, ownerIn(row), false);
    }
  };
  const flush = () => {
    timer = null;
    const objects = fresh.splice(0, eventLimit);
    publish({ type: 'state_issued', data: { states: [], objects } });
    if (fresh.length > 0) timer = setTimeout(flush, publishPeriodMs).unref();
  };
  const tell = (change: Change) => {
    fresh.push(change);
    if (fresh.length > 50 * eventLimit) fresh = fresh.slice(-eventLimit);
    timer ??= setTimeout(flush, publishPeriodMs).unref();
  };

  const stored = await store.newestObjects(loadedLimit);
  take(stored);
  for (const row of stored) noteHolder(ownerIn(row));

  return {
    /** Those that are known in memory. */
    known: (id: string): readonly ObjectOwner[] => owners.get(hashOfMark(id)) ?? [],

    /** Reads those from the database of which memory isn't sure; `known` then has them. */
    async recall(ids: readonly string[]): Promise<void> {
      const hashes = new Set(ids.map(hashOfMark));
      const missing = [...hashes].filter(needsLookUp);
      if (missing.length === 0) return;
      take(await within(lookUpMs, store.objects(missing)));
      for (const hash of missing) confirm(hash);
    },

    /** The same for one, which another gateway may have seen a moment ago. */
    async find(id: string): Promise<readonly ObjectOwner[]> {
      await this.recall([id]);
      if (this.known(id).length === 0) await sleep(peerWaitMs);
      return this.known(id);
    },

    /** The channels that have objects of such a kind, the one with the latest first. `any`: of any key. */
    async holders(keyId: number | null | 'any', kind: ObjectKind): Promise<readonly Holder[]> {
      const known = holders.get(holderKey(keyId, kind));
      if (known || typeof keyId !== 'number') return known ?? [];
      const asked = store.objectHolders({ key_id: keyId, kinds: kindsLike(kind) });
      const byTarget = new Map<number, Holder>();
      for (const { target_id: targetId, target_key } of await within(lookUpMs, asked)) {
        if (byTarget.has(targetId)) continue;
        byTarget.set(targetId, { targetId, targetKey: target_key ?? undefined });
      }
      const found = [...byTarget.values()];
      if (found.length > 0) holders.set(holderKey(keyId, kind), found.slice(0, holdersOfOne));
      return found;
    },

    /** Takes what a channel has made for a key. Returns the change for the record; null if it isn't new. */
    keep(id: string, owner: ObjectOwner): ObjectChange | null {
      const hash = hashOfMark(id);
      gone.delete(`${hash} ${owner.targetId}`);
      if (!put(hash, owner, isNamedInAnswers(owner.kind))) return null;
      noteHolder(owner);
      const { kind, targetKey } = owner;
      const madeBy = targetKey === undefined ? {} : { target_key: targetKey };
      const change = { hash, kind, is_deleted: false, ...madeBy };
      tell({ ...change, target_id: owner.targetId, key_id: owner.keyId });
      return change;
    },

    /** Forgets what a channel has deleted. */
    drop(id: string, { targetId, keyId, kind }: ObjectOwner): ObjectChange {
      const hash = hashOfMark(id);
      remove(hash, targetId);
      const change = { hash, kind, is_deleted: true };
      tell({ ...change, target_id: targetId, key_id: keyId });
      return change;
    },

    /** Takes what another gateway has passed on. */
    hear(event: MonitorEvent): void {
      if (event.type !== 'state_issued') return;
      for (const change of event.data.objects ?? []) {
        const { hash, target_id: targetId, target_key, key_id: keyId, kind, is_deleted } = change;
        const owner = { targetId, targetKey: target_key, keyId, kind };
        if (is_deleted) remove(hash, targetId);
        else if (gone.has(`${hash} ${targetId}`)) continue;
        else if (put(hash, owner, isNamedInAnswers(kind))) noteHolder(owner);
      }
    },

    close(): void {
      if (timer) clearTimeout(timer);
    },
  };
}

function ownerIn({ target_id, target_key, key_id, kind }: GatewayObject): ObjectOwner {
  return { targetId: target_id, targetKey: target_key ?? undefined, keyId: key_id, kind };
}

function holderKey(keyId: number | null | 'any', kind: ObjectKind): string {
  const [first = kind] = kindsLike(kind);
  return `${keyId ?? 'master'} ${first}`;
}

/** Throws if it takes longer. */
async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = sleep(limitMs, undefined, { signal: done.signal, ref: false }).then(() => {
    throw new Error(`the database gave no answer within ${limitMs} ms`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    done.abort();
  }
}
