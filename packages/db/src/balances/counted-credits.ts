import type { CountedHour, Target } from '@api-monitor/core';
import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';
import { periodStart, probePeriods } from '../probe-totals/probe-totals.ts';

interface CountedInput {
  target: Pick<Target, 'id' | 'unit_cost'>;
  /** Unix seconds. */
  from: number;
  nowS: number;
}

interface CostSum {
  hour: number;
  cost: number;
  unpriced: number;
}

/**
 * What a channel's requests and probes cost in each hour since a time, in credited units: at list price ×
 * multiplier, before what a unit costs the operator. Those without a price are counted as such. The probes of
 * days before yesterday are summed by the day and stand at its noon.
 */
export async function listCountedCredits(
  db: Database,
  { target, from, nowS }: CountedInput,
): Promise<CountedHour[]> {
  const yesterday = periodStart(nowS, probePeriods.day.lengthS) - probePeriods.day.lengthS;
  const [hour, day] = [probePeriods.hour.lengthS, probePeriods.day.lengthS];
  const sums = [
    ...(await sumRequests(db, target.id, from)),
    ...(await sumProbes(db, target.id, { lengthS: hour, from: Math.max(from, yesterday) })),
    ...(await sumProbes(db, target.id, { lengthS: day, from, to: yesterday })),
  ];
  const byHour = new Map<number, CountedHour>();
  for (const { hour: at, cost, unpriced } of sums) {
    if (cost === 0 && unpriced === 0) continue;
    const known = byHour.get(at) ?? { hour: at, credits: 0, unpriced: 0 };
    // Free credit has no cost that could be divided.
    known.credits += target.unit_cost > 0 ? cost / target.unit_cost : 0;
    known.unpriced += target.unit_cost > 0 ? unpriced : 1;
    byHour.set(at, known);
  }
  return [...byHour.values()].sort((a, b) => a.hour - b.hour);
}

async function sumRequests(
  { kysely }: Database,
  target_id: number,
  from: number,
): Promise<CostSum[]> {
  const rows = await kysely
    .selectFrom('proxy_totals')
    .select('hour')
    .select([sql<number>`sum(cost)`.as('cost'), sql<number>`sum(unpriced)`.as('unpriced')])
    .where('target_id', '=', target_id)
    .where('hour', '>=', Math.ceil(from))
    .groupBy('hour')
    .execute();
  return rows.map(asNumbers);
}

async function sumProbes(
  { kysely }: Database,
  target_id: number,
  { lengthS, from, to = Number.MAX_SAFE_INTEGER }: { lengthS: number; from: number; to?: number },
): Promise<CostSum[]> {
  const rows = await kysely
    .selectFrom('probe_totals')
    .select('starts_at as hour')
    .select([sql<number>`sum(cost)`.as('cost'), sql<number>`sum(unpriced)`.as('unpriced')])
    .where('target_id', '=', target_id)
    .where('period_s', '=', lengthS)
    .where('starts_at', '>=', Math.ceil(from))
    .where('starts_at', '<', Math.ceil(to))
    .groupBy('starts_at')
    .execute();
  const noon = lengthS === probePeriods.day.lengthS ? lengthS / 2 : 0;
  return rows.map((row) => ({ ...asNumbers(row), hour: row.hour + noon }));
}

/** Postgres returns sums as text. */
function asNumbers({ hour, cost, unpriced }: CostSum): CostSum {
  return { hour, cost: Number(cost), unpriced: Number(unpriced) };
}
