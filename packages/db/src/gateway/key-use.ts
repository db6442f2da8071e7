import {
  type BudgetLimit,
  type BudgetUse,
  budgetCalendarOf,
  budgetLimitsOf,
  noUse,
  type ProxyKey,
  unbudgetedRoutes,
} from '@api-monitor/core';
import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';
import { secondsPerHour } from './proxy-requests.ts';

export interface KeyUseAsk {
  key_id: number;
  /** Unix seconds; 0: since the key was made, also what retention has deleted. */
  since_s: number;
}

/**
 * What keys have used of their budgets since then, in the order of the asks: requests for models that were sent to
 * a channel, their tokens and what they cost. The hours come from the totals; of an hour in which a period
 * begins, the requests themselves are summed.
 */
export async function readKeyUse(db: Database, asks: readonly KeyUseAsk[]): Promise<BudgetUse[]> {
  // Several budgets of a key have the same period.
  const known = new Map<string, BudgetUse>();
  const uses: BudgetUse[] = [];
  for (const { key_id, since_s } of asks) {
    const name = `${key_id}:${since_s}`;
    const use = known.get(name) ?? (await readUse(db, { key_id, since_s }));
    known.set(name, use);
    uses.push(use);
  }
  return uses;
}

async function readUse(db: Database, { key_id, since_s }: KeyUseAsk): Promise<BudgetUse> {
  const firstHour = Math.ceil(since_s / secondsPerHour) * secondsPerHour;
  const parts = [await useInTotals(db, key_id, firstHour)];
  if (since_s === 0) parts.push(await usePruned(db, key_id));
  else if (since_s < firstHour) parts.push(await useInRequests(db, key_id, since_s, firstHour));
  return parts.reduce(added, noUse);
}

/** What a key has used of one of its budgets. */
export interface BudgetReading extends BudgetLimit {
  key_id: number;
  used: number;
  /** When the period began; 0: with the key. */
  started_at: number;
  /** null: never. */
  resets_at: number | null;
}

/** What the keys have used of their budgets, in the periods of now. */
export async function readBudgets(
  db: Database,
  keys: readonly ProxyKey[],
  nowS: number,
): Promise<BudgetReading[]> {
  const readings = keys.flatMap((key) => {
    const limits = budgetLimitsOf(key);
    if (limits.length === 0) return [];
    const calendar = budgetCalendarOf(key.budget_time_zone);
    return limits.map((limit) => {
      const { startS: started_at, endS: resets_at } = calendar(limit.period, nowS);
      return { key_id: key.id, ...limit, started_at, resets_at };
    });
  });
  const uses = await readKeyUse(
    db,
    readings.map(({ key_id, started_at }) => ({ key_id, since_s: started_at })),
  );
  return readings.map((one, at) => ({ ...one, used: uses[at]?.[one.unit] ?? 0 }));
}

const isBudgeted = sql<boolean>`route not in (${sql.join(
  unbudgetedRoutes.map((route) => sql.lit(route)),
)})`;

/** Belongs in the transaction that deletes the totals from before that hour. */
export async function keepPrunedUse({ kysely }: Database, beforeHour: number): Promise<void> {
  const rows = await kysely
    .selectFrom('proxy_totals')
    .select(['key_id', ...totalsUse])
    .where('hour', '<', beforeHour)
    .where('key_id', '<>', 0)
    .where('target_id', '<>', 0)
    .where(isBudgeted)
    .groupBy('key_id')
    .execute();
  for (const { key_id, ...row } of rows) {
    const { cost, requests, tokens } = useOf(row);
    await kysely
      .updateTable('proxy_keys')
      .set({
        pruned_cost: sql<number>`pruned_cost + ${cost}`,
        pruned_requests: sql<number>`pruned_requests + ${requests}`,
        pruned_tokens: sql<number>`pruned_tokens + ${tokens}`,
      })
      .where('id', '=', key_id)
      .execute();
  }
}

const totalsUse = [
  sql<number | null>`sum(requests)`.as('requests'),
  sql<number | null>`sum(input_tokens + output_tokens)`.as('tokens'),
  sql<number | null>`sum(cost)`.as('cost'),
];

async function useInTotals({ kysely }: Database, keyId: number, from: number): Promise<BudgetUse> {
  const row = await kysely
    .selectFrom('proxy_totals')
    .select(totalsUse)
    .where('key_id', '=', keyId)
    .where('hour', '>=', from)
    .where('target_id', '<>', 0)
    .where(isBudgeted)
    .executeTakeFirst();
  return useOf(row);
}

async function useInRequests(
  { kysely }: Database,
  keyId: number,
  from: number,
  to: number,
): Promise<BudgetUse> {
  const row = await kysely
    .selectFrom('proxy_requests')
    .select([
      sql<number | null>`count(*)`.as('requests'),
      sql<number | null>`sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0))`.as('tokens'),
      sql<number | null>`sum(cost)`.as('cost'),
    ])
    .where('key_id', '=', keyId)
    .where('timestamp', '>=', from)
    .where('timestamp', '<', to)
    .where('target_id', 'is not', null)
    .where('refused_for', 'is', null)
    .where(isBudgeted)
    .executeTakeFirst();
  return useOf(row);
}

async function usePruned({ kysely }: Database, keyId: number): Promise<BudgetUse> {
  const row = await kysely
    .selectFrom('proxy_keys')
    .select(['pruned_cost as cost', 'pruned_requests as requests', 'pruned_tokens as tokens'])
    .where('id', '=', keyId)
    .executeTakeFirst();
  return useOf(row);
}

function useOf(row: { [Name in keyof BudgetUse]: unknown } | undefined): BudgetUse {
  const numberOf = (value: unknown) => Number(value ?? 0);
  return {
    cost: numberOf(row?.cost),
    requests: numberOf(row?.requests),
    tokens: numberOf(row?.tokens),
  };
}

function added(a: BudgetUse, b: BudgetUse): BudgetUse {
  return {
    cost: a.cost + b.cost,
    requests: a.requests + b.requests,
    tokens: a.tokens + b.tokens,
  };
}
