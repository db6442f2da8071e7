import {
  type BalanceRow,
  bookDays,
  type ChannelBalance,
  type CountedHour,
  findBookDifference,
  isSameOrigin,
  type SpentPoint,
  spendingOf,
  type Target,
} from '@api-monitor/core';
import {
  type Database,
  getChannelBalance,
  hashedKeysOf,
  listCountedCredits,
  listTargets,
} from '@api-monitor/db';
import type { z } from '@hono/zod-openapi';
import type { channelBalanceSchema } from './balance-schema.ts';

type Books = z.infer<typeof channelBalanceSchema>['books'];

interface BookInput {
  target: Target;
  known: ChannelBalance | null;
  byKey: ReadonlyMap<string, readonly BalanceRow[]>;
  /** Unix seconds. */
  from: number;
  nowS: number;
}

/**
 * The fall of a channel's balance beside what our own counts explain, in dollars of credit, as list prices are
 * in dollars. What other channels with the same key cost is counted too.
 */
export async function closeChannelBooks(
  db: Database,
  { target, known, byKey, from, nowS }: BookInput,
): Promise<Books> {
  const open = (reason: Books['reason']): Books => ({
    ...{ is_closed: false, reason, days: [], difference: null },
  });
  const keys = known?.keys ?? [];
  const [first] = keys;
  if (!first) return open('no_balance');
  const { per_usd, key, source } = first;
  // Whether two keys are of one account isn't said, so what both have lost might be counted twice.
  const sharing = keys.length > 1 ? null : await findSharing(db, target, { key, source });
  if (!sharing) return open('several_keys');
  if (per_usd === null) return open('unknown_unit');
  const begins = [known?.books_since, ...sharing.map(({ books_since }) => books_since)];
  const since = Math.max(...begins.map((at) => at ?? 0));
  const counts = [target, ...sharing.map((one) => one.target)].map((one) =>
    listCountedCredits(db, { target: one, from, nowS }),
  );
  const counted = addedUp((await Promise.all(counts)).flat());
  // A purchase that is taken for a refund accuses nobody.
  const { points } = spendingOf(byKey.get(key) ?? [], { inDoubt: 'refund' });
  const spent = points.map(({ at, spent: units }): SpentPoint => ({ at, spent: units / per_usd }));
  const followed = spent.filter(({ at }) => at >= since);
  const days = bookDays(followed, counted);
  const difference = findBookDifference(followed, counted, nowS);
  return { is_closed: true, reason: null, days, difference };
}

interface Sharing {
  target: Target;
  books_since: number | null;
}

/**
 * The other channels that spend the same balance: those with the same key at the same provider. null if it
 * can't be told what is spent of it, because they have further keys, or others that may be of the account.
 */
async function findSharing(
  db: Database,
  { id, base_url }: Target,
  { key, source }: Pick<ChannelBalance['keys'][number], 'key' | 'source'>,
): Promise<Sharing[] | null> {
  const others = (await listTargets(db)).filter(
    (one) => one.id !== id && isSameOrigin(one.base_url, base_url),
  );
  const sharing: Sharing[] = [];
  for (const target of others) {
    const hashes = hashedKeysOf(db, target).map(({ hash }) => hash);
    const hasOthers = hashes.some((hash) => hash !== key);
    // Only new-api keeps a balance for each key.
    if (hasOthers && (source !== 'new_api' || hashes.includes(key))) return null;
    if (!hashes.includes(key)) continue;
    const known = await getChannelBalance(db, target.id);
    sharing.push({ target, books_since: known?.books_since ?? null });
  }
  return sharing;
}

/** The hours of several channels together, oldest first. */
function addedUp(counted: readonly CountedHour[]): CountedHour[] {
  const byHour = Map.groupBy(counted, ({ hour }) => hour);
  const sumOf = (all: readonly CountedHour[], name: 'credits' | 'unpriced') =>
    all.reduce((sum, one) => sum + one[name], 0);
  return [...byHour]
    .map(([hour, all]) => ({
      ...{ hour, credits: sumOf(all, 'credits'), unpriced: sumOf(all, 'unpriced') },
    }))
    .sort((a, b) => a.hour - b.hour);
}
