import { setTimeout as sleep } from 'node:timers/promises';
import type { SharedSums } from '@api-monitor/bus';
import type { BudgetUse } from '@api-monitor/core';
import type { BoardKey } from '../board/board.ts';
import {
  BudgetAccount,
  type BudgetRefusal,
  type MeterReading,
  perUnit,
  type Wanted,
} from './budget-account.ts';

export type BudgetAdmission =
  /** Call `settle` when the admitted request ends: it frees what was reserved and counts what was used. */
  { ok: true; settle: (used: BudgetUse) => void } | { ok: false; refusal: BudgetRefusal };

interface Options {
  nowS: () => number;
  sums: SharedSums;
  /** What keys have used since then by what the database knows, in the order of the asks. */
  readUse: (asks: readonly { key_id: number; since_s: number }[]) => Promise<BudgetUse[]>;
  /** How soon other gateways hear of a request. Most take longer than this. */
  shareAfterMs?: number;
}

/** By then, the records of all requests that ended before are in the database. */
const recordedAfterS = 5;
/** A key that was used here within this time may be used elsewhere too, so what others count is heard at each tick. */
const activeS = 60;
/** So that sums that were lost with Redis are there again, also those of keys that rest. */
const shareAllAfterS = 10;
const defaultShareAfterMs = 25;
/** If the sums are slow, a request goes on without them. */
const longestWaitMs = 250;

/** What a request may use whose size doesn't matter. */
const onlyCounted: Wanted = { tokens: 0, cost: null, isFree: () => false };

const unlimited: BudgetAdmission = { ok: true, settle: () => {} };

export type KeyBudgets = ReturnType<typeof createKeyBudgets>;

/**
 * Keeps keys within their budgets, in memory. What was used before this process comes from the database; since
 * then, gateways tell each other through the shared sums, within a few milliseconds and outside the request
 * path, except when little is left of a budget that several use. So a budget is exceeded at most by what was under
 * way; each running request reserves what it may use. No sum is ever less than what a gateway knew of it, so an emptied Redis loses nothing; without Redis each
 * gateway uses its own counts. The owner calls `tick` and closes it.
 */
export function createKeyBudgets({
  nowS,
  sums,
  readUse,
  shareAfterMs = defaultShareAfterMs,
}: Options) {
  const accounts = new Map<number, BudgetAccount>();
  /** Those of which something may be unknown to the other gateways. */
  const changed = new Set<BudgetAccount>();
  /** When to read what the database knows of an account; `isNew`: the counts begin with it. */
  const toRead = new Map<BudgetAccount, { fromS: number; isNew: boolean }>();
  let timer: NodeJS.Timeout | undefined;
  let sharing: Promise<void> | null = null;
  let sharingNext: Promise<void> | null = null;
  let reading: Promise<void> | null = null;
  let sharedAllAtS = nowS();

  const shareSoon = (account: BudgetAccount) => {
    changed.add(account);
    timer ??= setTimeout(shareQuietly, shareAfterMs).unref();
  };
  const shareQuietly = () => void share().catch(() => {});
  const shareChanged = async () => {
    const now = nowS();
    const asked = [...changed];
    changed.clear();
    const all = asked.flatMap((account) => [...account.additions(now)]);
    if (all.length === 0) return;
    try {
      const heard = await sums.add(all.map(({ addition }) => addition));
      for (const [at, { hear }] of all.entries()) hear(heard[at] ?? 0);
    } catch (error) {
      for (const account of asked) changed.add(account);
      throw error;
    }
  };
  /** One at a time, so that nothing is sent twice. Rejects if the sums can't be reached. */
  const share = (): Promise<void> => {
    if (sharing) {
      sharingNext ??= sharing
        .catch(() => {})
        .then(() => {
          sharingNext = null;
          return share();
        });
      return sharingNext;
    }
    clearTimeout(timer);
    timer = undefined;
    sharing = shareChanged().finally(() => {
      sharing = null;
    });
    return sharing;
  };

  const readDue = async () => {
    const now = nowS();
    const due = [...toRead].filter(([, { fromS }]) => fromS <= now);
    const asked = due.flatMap(([account, { isNew }]) =>
      account.meters.map((meter) => ({ account, isNew, meter, span: meter.span })),
    );
    if (asked.length === 0) return;
    const unsent = asked.map(({ meter }) => meter.unsent);
    const uses = await readUse(
      asked.map(({ account, span }) => ({ key_id: account.keyId, since_s: span.startS })),
    );
    for (const [at, { meter, span, isNew, account }] of asked.entries()) {
      if (meter.span !== span) continue;
      // The database may know already what is to be shared, which must not count twice.
      const used = (uses[at]?.[meter.unit] ?? 0) * perUnit[meter.unit];
      const read = Math.max(0, used - (unsent[at] ?? 0));
      meter.known = isNew ? read : Math.max(meter.known, read);
      shareSoon(account);
    }
    for (const [account, { isNew, fromS }] of due) {
      if (toRead.get(account)?.fromS !== fromS) continue;
      if (isNew) toRead.set(account, { fromS: now + recordedAfterS, isNew: false });
      else toRead.delete(account);
    }
  };
  const read = (): Promise<void> => {
    reading ??= readDue().finally(() => {
      reading = null;
    });
    return reading;
  };

  const accountOf = ({ id, budget }: BoardKey): BudgetAccount | null => {
    if (id === null || budget === null) return null;
    const known = accounts.get(id);
    if (known?.budget.revision === budget.revision) {
      if (known.turn(nowS())) toRead.set(known, { fromS: nowS(), isNew: false });
      return known;
    }
    const account = new BudgetAccount(id, budget, nowS(), known);
    accounts.set(id, account);
    if (known) for (const set of [changed, toRead]) set.delete(known);
    toRead.set(account, { fromS: nowS(), isNew: true });
    return account;
  };

  return {
    /**
     * Resolves once what other gateways have counted is heard, if little is left of a budget that they use too;
     * null: that doesn't matter. Never rejects.
     */
    beforeTake(key: BoardKey): Promise<unknown> | null {
      const account = accountOf(key);
      if (!account?.isShared(nowS()) || !account.isNearEnd()) return null;
      changed.add(account);
      return Promise.race([share().catch(() => {}), sleep(longestWaitMs, null, { ref: false })]);
    },

    /** Admits a request and reserves what it may use, or refuses it. `wanted` is called only if it matters. */
    take(key: BoardKey, arrivedAtS: number, wanted: () => Wanted): BudgetAdmission {
      const account = accountOf(key);
      if (!account) return unlimited;
      let estimate = account.areSizesLimited ? null : onlyCounted;
      const estimated = () => {
        estimate ??= wanted();
        return estimate;
      };
      account.askedAtS = nowS();
      const refusal = account.refusalOf(estimated);
      if (refusal) return { ok: false, refusal };
      const reserved = account.reserve(estimated());
      shareSoon(account);
      let isSettled = false;
      const settle = (used: BudgetUse) => {
        if (isSettled) return;
        isSettled = true;
        const current = accounts.get(account.keyId) ?? account;
        current.turn(nowS());
        current.settle(reserved, used, arrivedAtS);
        shareSoon(current);
        if (current.isNearEnd()) shareQuietly();
      };
      return { ok: true, settle };
    },

    /** What is used of each limit of the key. */
    readings(key: BoardKey): MeterReading[] {
      return accountOf(key)?.readings() ?? [];
    },

    /** Reads what the keys have used before; resolves when that is known. Rejects if it can't be read. */
    async follow(keys: Iterable<BoardKey>): Promise<void> {
      const present = new Set<number | null>();
      for (const key of keys) {
        present.add(key.id);
        if (key.budget === null && key.id !== null) forget(key.id);
        else accountOf(key);
      }
      for (const id of [...accounts.keys()]) if (!present.has(id)) forget(id);
      // What is being read doesn't include the new ones.
      while (reading) await reading.catch(() => {});
      await read();
    },

    /** Shares and reads what is due. The owner calls it several times a second. */
    tick(): void {
      const now = nowS();
      const isForAll = now - sharedAllAtS >= shareAllAfterS;
      if (isForAll) sharedAllAtS = now;
      for (const account of accounts.values()) {
        if (!isForAll && now - account.askedAtS > activeS) continue;
        if (account.turn(now)) toRead.set(account, { fromS: now, isNew: false });
        changed.add(account);
      }
      // If it fails, the next tick tries again.
      read().catch(() => {});
      if (changed.size > 0) share().catch(() => {});
    },

    share,
    /** Tells the other gateways the rest. */
    async close(): Promise<void> {
      await share().catch(() => {});
      clearTimeout(timer);
    },
  };

  function forget(id: number): void {
    const account = accounts.get(id);
    if (!account) return;
    accounts.delete(id);
    for (const set of [changed, toRead]) set.delete(account);
  }
}
