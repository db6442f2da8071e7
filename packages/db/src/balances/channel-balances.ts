import {
  type BalanceRow,
  type ChannelBalance,
  channelBalanceShape,
  fieldKindsOf,
  isAskedForQuota,
  type KeyState,
  type Target,
} from '@api-monitor/core';
import { sql } from 'kysely';
import { createCodec, excluded, parseColumn } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import { getTarget } from '../targets/targets.ts';
import { insertBalances } from './balances.ts';

const codec = createCodec<ChannelBalance>(fieldKindsOf(channelBalanceShape));

/** What is known about the balances of all channels, in no particular order. */
export async function listChannelBalances({ kysely }: Database): Promise<ChannelBalance[]> {
  const rows = await kysely.selectFrom('channel_balances').select(codec.columns).execute();
  return rows.map(codec.fromRow);
}

/** null: the channel was never asked. */
export async function getChannelBalance(
  { kysely }: Database,
  target_id: number,
): Promise<ChannelBalance | null> {
  const row = await kysely
    .selectFrom('channel_balances')
    .select(codec.columns)
    .where('target_id', '=', target_id)
    .executeTakeFirst();
  return row ? codec.fromRow(row) : null;
}

/** No poll is planned so far ahead: a wrong clock has planned it. */
const furthestS = 9 * 86_400;

/**
 * The enabled channels that were run whose balance is to be asked for, those first that have waited the longest; of all, or
 * only `target_id`.
 */
export async function listDueBalances(
  { kysely }: Database,
  nowS: number,
  target_id?: number,
): Promise<number[]> {
  const isQuota = sql<boolean>`(targets.fault like '%"kind":"quota"%' or targets.key_states like '%"kind":"quota"%')`;
  const due = kysely
    .selectFrom('targets')
    .leftJoin('channel_balances as known', 'known.target_id', 'targets.id')
    .select(['targets.id', 'targets.fault', 'targets.key_states'])
    .select(['known.due_at', 'known.asked_at'])
    .where('targets.deleted_at', 'is', null)
    .where('targets.enabled', '=', 1)
    // The first run shows whether the channel is there at all.
    .where('targets.last_run_at', 'is not', null)
    .where('targets.balance_interval_min', '>', 0)
    .where((where) =>
      where.or([
        where('known.due_at', 'is', null),
        where('known.due_at', '<=', nowS),
        where('known.due_at', '>', nowS + furthestS),
        isQuota,
      ]),
    )
    .orderBy((order) => order.fn.coalesce('known.due_at', order.val(0)))
    .orderBy('targets.id');
  const asked = target_id === undefined ? due : due.where('targets.id', '=', target_id);
  const rows = await asked.execute();
  const isDue = (at: number | null) => at === null || at <= nowS || at > nowS + furthestS;
  return rows.flatMap(({ id, fault, key_states, due_at, asked_at: askedAt }) => {
    if (isDue(due_at)) return id;
    const quotaFoundAt = latestQuotaFault(fault, key_states);
    const isAsked = quotaFoundAt !== null && isAskedForQuota({ quotaFoundAt, askedAt }, nowS);
    return isAsked ? id : [];
  });
}

/** When the channel or one of its keys last turned out to have nothing left; null: none has. */
function latestQuotaFault(fault: string | null, states: string): number | null {
  const faults = [
    fault === null ? null : parseColumn<Target['fault']>(fault),
    ...parseColumn<KeyState[]>(states).map((state) => state.fault),
  ];
  const found = faults.flatMap((one) => (one?.kind === 'quota' ? one.since : []));
  return found.length > 0 ? Math.max(...found) : null;
}

/**
 * Stores what a poll found, unless the channel was deleted meanwhile, or isn't any more as `fits` wants it.
 * Since when the books count stays as a change of prices during the poll has set it. Returns whether it was
 * stored.
 */
export async function saveChannelBalance(
  db: Database,
  known: ChannelBalance,
  rows: readonly BalanceRow[],
  fits: (now: Target) => boolean = () => true,
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await lockTargets(tx.kysely, [known.target_id]);
    const now = await getTarget(tx, known.target_id);
    if (!now || !fits(now)) return false;
    await tx.kysely
      .insertInto('channel_balances')
      .values({ ...codec.toRow(known) })
      .onConflict((conflict) =>
        conflict
          .column('target_id')
          .doUpdateSet(excluded(codec.columns, ['target_id', 'books_since'])),
      )
      .execute();
    await insertBalances(tx, rows);
    return true;
  });
}
