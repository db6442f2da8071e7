import type { ProxyRequest } from '@api-monitor/core';
import { sql } from 'kysely';
import { nextRevision } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockName, lockProxyKeys } from '../engine/locks.ts';
import { type ProxyRequestRow, proxyRequestCodec } from './proxy-requests.ts';
import { addCostChanges, type CostChange } from './proxy-totals.ts';

type Priced = Pick<ProxyRequest, 'cost' | 'price'>;

/** Where a step ended: the next one goes on after it. */
interface Place {
  timestamp: number;
  id: number;
}

export interface RepriceStep {
  /** Unix seconds; the second is past the end. */
  from: number;
  to: number;
  /** null: from the start. */
  after: Place | null;
  /** How many requests at most. */
  limit: number;
  /** Only counts what would change. */
  isDryRun: boolean;
  /** Undefined: the request stays as it is. */
  priceOf: (request: ProxyRequestRow) => Priced | undefined;
}

export interface RepricedRequests {
  /** How many were looked at. */
  requests: number;
  changed: number;
  /** Sums of all that were looked at; unknown costs count as 0. */
  cost_before: number;
  cost_after: number;
  unpriced_before: number;
  unpriced_after: number;
  /** null: there are no more. */
  next: Place | null;
}

/** Prices stored requests again, and corrects their hours' totals, in one transaction. */
export async function repriceRequests(db: Database, step: RepriceStep): Promise<RepricedRequests> {
  return inTransaction(db, async (tx) => {
    if (!step.isDryRun) await lockName(tx.kysely, 'proxy_requests');
    const rows = await readStep(tx, step);
    const last = rows.length === step.limit ? rows.at(-1) : undefined;
    const result: RepricedRequests = {
      ...{ requests: rows.length, changed: 0, cost_before: 0, cost_after: 0 },
      ...{ unpriced_before: 0, unpriced_after: 0 },
      next: last ? { timestamp: last.timestamp, id: last.id } : null,
    };
    const changes: CostChange[] = [];
    for (const request of rows) {
      const after = step.priceOf(request) ?? request;
      result.cost_before += request.cost ?? 0;
      result.cost_after += after.cost ?? 0;
      if (request.cost === null) result.unpriced_before += 1;
      if (after.cost === null) result.unpriced_after += 1;
      if (isSame(request, after)) continue;
      result.changed += 1;
      if (step.isDryRun) continue;
      const { cost, price } = after;
      await tx.kysely
        .updateTable('proxy_requests')
        .set(proxyRequestCodec.toRow({ cost, price }))
        .where('id', '=', request.id)
        .execute();
      changes.push({ request, cost });
    }
    await addCostChanges(tx, changes);
    await countBudgetsAgain(tx, changes);
    return result;
  });
}

async function readStep(
  { kysely }: Database,
  { from, to, after, limit }: RepriceStep,
): Promise<ProxyRequestRow[]> {
  let query = kysely
    .selectFrom('proxy_requests')
    .select(proxyRequestCodec.columns)
    .where('timestamp', '>=', after?.timestamp ?? from)
    .where('timestamp', '<', to)
    .where('refused_for', 'is', null);
  if (after) {
    const { timestamp, id } = after;
    query = query.where(sql<boolean>`(timestamp > ${timestamp} or id > ${id})`);
  }
  const rows = await query.orderBy('timestamp').orderBy('id').limit(limit).execute();
  return rows.map(proxyRequestCodec.fromRow);
}

function isSame(a: Priced, b: Priced): boolean {
  return a.cost === b.cost && JSON.stringify(a.price) === JSON.stringify(b.price);
}

/** Gateways count the budgets of a key that has changed from the totals again. */
async function countBudgetsAgain(
  { kysely }: Database,
  changes: readonly CostChange[],
): Promise<void> {
  const ids = new Set(changes.flatMap(({ request: { key_id } }) => key_id ?? []));
  if (ids.size === 0) return;
  await lockProxyKeys(kysely, [...ids]);
  await kysely
    .updateTable('proxy_keys')
    .set({ revision: nextRevision })
    .where('id', 'in', [...ids])
    .execute();
}
