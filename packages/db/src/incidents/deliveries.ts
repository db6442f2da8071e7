import {
  type Delivery,
  type Destination,
  deliveryShape,
  fieldKindsOf,
  planSending,
} from '@api-monitor/core';
import { sql } from 'kysely';
import { createCodec, parseColumn } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { deleteRows, type Retention } from '../engine/delete-batches.ts';
import { lockName } from '../engine/locks.ts';

const { columns, toRow, fromRow } = createCodec<Delivery>(fieldKindsOf(deliveryShape));

/** A notice to send now. It is the caller's until its lease ends; another worker sends it again then. */
export type ClaimedDelivery = Pick<
  Delivery,
  'id' | 'key' | 'destination_id' | 'severity' | 'news' | 'created_at' | 'attempts'
>;

interface ClaimInput {
  nowS: number;
  /** Longer than an attempt can take. */
  leaseS: number;
}

type SendingTo = Pick<Destination, 'id' | 'kind' | 'per_minute'>;

/** How many notices of a destination are looked at; more of them become several digests. */
const mostAtOnce = 200;
const longestRateS = 60;

/**
 * Claims the next notice that may be sent, or makes a digest of several and claims that. null if nothing may
 * be sent now. A worker that dies before `finishDelivery` leaves it to be claimed again, with the same key.
 */
export async function claimDelivery(
  db: Database,
  { nowS, leaseS }: ClaimInput,
): Promise<ClaimedDelivery | null> {
  if (!(await hasDue(db, nowS))) return null;
  return inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'deliveries');
    for (const destination of await listDueDestinations(tx, nowS)) {
      const id = await chooseNext(tx, destination, nowS);
      if (id !== null) return lease(tx, id, { nowS, leaseS });
    }
    return null;
  });
}

/** Of the destination's notices: those that wait and are due, and those whose worker has died. */
function selectDue({ kysely }: Database, nowS: number) {
  return kysely
    .selectFrom('deliveries')
    .innerJoin('destinations', 'destinations.id', 'deliveries.destination_id')
    .where('destinations.enabled', '=', 1)
    .where((where) =>
      where.or([
        where.and([where('status', '=', 'waiting'), where('due_at', '<=', nowS)]),
        where.and([where('status', '=', 'sending'), where('leased_until', '<=', nowS)]),
      ]),
    );
}

async function hasDue(db: Database, nowS: number): Promise<boolean> {
  return (await selectDue(db, nowS).select('deliveries.id').executeTakeFirst()) !== undefined;
}

/** The one that has waited longest first. */
async function listDueDestinations(db: Database, nowS: number): Promise<SendingTo[]> {
  return selectDue(db, nowS)
    .select(['destinations.id', 'destinations.kind', 'destinations.per_minute'])
    .groupBy(['destinations.id', 'destinations.kind', 'destinations.per_minute'])
    .orderBy((order) => order.fn.min('due_at'))
    .orderBy('destinations.id')
    .execute();
}

/**
 * The delivery to send to a destination, perhaps a new digest; null if none may be sent now. One is sent
 * after another, so nobody hears of an end before the beginning. What was attempted comes first: when its
 * time has come, or when there is something new, because the destination may work again.
 */
async function chooseNext(
  db: Database,
  destination: SendingTo,
  nowS: number,
): Promise<number | null> {
  const open = await db.kysely
    .selectFrom('deliveries')
    .select(['id', 'status', 'created_at', 'due_at', 'attempts', 'attempted_at', 'leased_until'])
    .where('destination_id', '=', destination.id)
    .where('status', 'in', ['waiting', 'sending'])
    .orderBy('id')
    .limit(mostAtOnce)
    .execute();
  if (open.some(({ leased_until }) => (leased_until ?? 0) > nowS)) return null;
  const again = open.find(({ attempts }) => attempts > 0);
  const isNew = open.some(
    ({ attempts, created_at, due_at }) =>
      attempts === 0 && due_at <= nowS && created_at > (again?.attempted_at ?? nowS),
  );
  if (again && again.status === 'waiting' && again.due_at > nowS && !isNew) return null;
  // It may have arrived: it keeps its key, so it can't become part of a digest.
  const waiting = again ? [{ ...again, due_at: Math.min(again.due_at, nowS) }] : open;
  const sentAt = await listAttempts(db, destination.id, nowS - longestRateS);
  const plan = planSending(waiting, { sentAt, destination, nowS });
  if (plan.kind === 'wait') return null;
  const [first, ...others] = plan.ids;
  if (first === undefined) return null;
  return others.length === 0 ? first : makeDigest(db, plan.ids);
}

async function listAttempts({ kysely }: Database, id: number, since: number): Promise<number[]> {
  const rows = await kysely
    .selectFrom('deliveries')
    .select('attempted_at')
    .where('destination_id', '=', id)
    .where('attempted_at', '>', since)
    .execute();
  return rows.flatMap(({ attempted_at }) => attempted_at ?? []);
}

/** Puts the news of several notices into a new one, which is sent in their place. */
async function makeDigest({ kysely }: Database, ids: readonly number[]): Promise<number | null> {
  const parts = await kysely
    .selectFrom('deliveries')
    .select(columns)
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
  const [first] = parts;
  if (!first) return null;
  const news = parts.flatMap((part) => parseColumn<Delivery['news']>(part.news));
  const bad = parts.find(({ severity }) => severity === 'critical');
  const { severity } = bad ?? parts.find((part) => part.severity === 'warning') ?? first;
  const { destination_id, created_at, due_at } = first;
  const digest = { destination_id, created_at, due_at, severity, news, attempts: 0 };
  const { id: digest_id } = await kysely
    .insertInto('deliveries')
    .values(toRow({ ...digest, key: `${first.key}-digest`, status: 'waiting' as const }))
    .returning('id')
    .executeTakeFirstOrThrow();
  await kysely
    .updateTable('deliveries')
    .set({ status: 'digested', digest_id })
    .where('id', 'in', ids)
    .execute();
  return digest_id;
}

async function lease(
  { kysely }: Database,
  id: number,
  { nowS, leaseS }: ClaimInput,
): Promise<ClaimedDelivery> {
  const row = await kysely
    .updateTable('deliveries')
    .set(({ eb }) => ({
      ...{ status: 'sending' as const, attempted_at: nowS, leased_until: nowS + leaseS },
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** What became of an attempt; `answer` is the vendor's, without secrets. */
export type DeliveryOutcome = { answer: string } & (
  | { kind: 'sent' }
  | { kind: 'retry'; at: number }
  | { kind: 'failed' }
);

/**
 * Records what became of a claimed delivery. Returns false, and records nothing, if its lease had ended and
 * another worker has claimed it since.
 */
export async function finishDelivery(
  { kysely }: Pick<Database, 'kysely'>,
  { id, attempts }: Pick<ClaimedDelivery, 'id' | 'attempts'>,
  outcome: DeliveryOutcome,
  nowS: number,
): Promise<boolean> {
  const { answer, kind } = outcome;
  const next =
    kind === 'retry'
      ? { status: 'waiting' as const, due_at: outcome.at }
      : { status: kind, finished_at: nowS };
  const { numUpdatedRows } = await kysely
    .updateTable('deliveries')
    .set({ ...next, answer, leased_until: null })
    .where('id', '=', id)
    .where('status', '=', 'sending')
    .where('attempts', '=', attempts)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows) === 1;
}

/** Drops what waits for a destination. */
export async function dropDeliveries(
  { kysely }: Pick<Database, 'kysely'>,
  destinationId: number,
  nowS: number,
): Promise<void> {
  await kysely
    .updateTable('deliveries')
    .set({ status: 'dropped', finished_at: nowS, leased_until: null })
    .where('destination_id', '=', destinationId)
    .where('status', 'in', ['waiting', 'sending'])
    .execute();
}

/** null if there is no such delivery. */
export async function getDelivery({ kysely }: Database, id: number): Promise<Delivery | null> {
  const row = await kysely
    .selectFrom('deliveries')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/**
 * Lets a delivery be sent again now, with its key. null if it is none that failed, was dropped or waits, or
 * if its destination is switched off or deleted.
 */
export async function retryDelivery(
  { kysely }: Database,
  id: number,
  nowS: number,
): Promise<Delivery | null> {
  const row = await kysely
    .updateTable('deliveries')
    .set({ status: 'waiting', due_at: nowS, finished_at: null })
    .where('id', '=', id)
    .where('status', 'in', ['failed', 'dropped', 'waiting'])
    .where('destination_id', 'in', (select) =>
      select.selectFrom('destinations').select('id').where('enabled', '=', 1),
    )
    .returning(columns)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** When the next delivery will be due; null if none waits. */
export async function nextDeliveryAt({ kysely }: Database): Promise<number | null> {
  const row = await kysely
    .selectFrom('deliveries')
    .select((select) => select.fn.min('due_at').as('at'))
    .where('status', '=', 'waiting')
    .executeTakeFirst();
  return row?.at ?? null;
}

export interface ListDeliveriesInput {
  destination_id?: number | undefined;
  /** Those with one of these keys, such as the ones of an incident's events. */
  keys?: readonly string[];
  before_id?: number | undefined;
  limit: number;
}

/** The log of deliveries, newest first. */
export async function listDeliveries(
  { kysely }: Database,
  { destination_id, keys, before_id, limit }: ListDeliveriesInput,
): Promise<Delivery[]> {
  let query = kysely.selectFrom('deliveries').select(columns);
  if (destination_id !== undefined) query = query.where('destination_id', '=', destination_id);
  if (keys !== undefined) query = query.where('key', 'in', keys.length > 0 ? keys : ['']);
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(fromRow);
}

/** Deletes what was finished before. Returns how many. */
export async function pruneDeliveries(
  db: Database,
  { before, ...batches }: Retention,
): Promise<number> {
  const isOld = sql`status not in ('waiting', 'sending') and created_at < ${before}`;
  return (await deleteRows(db, 'deliveries', isOld, batches)).deleted;
}
