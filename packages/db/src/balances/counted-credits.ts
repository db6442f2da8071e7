import type { CountedHour, Target } from '@api-monitor/core';
import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';

interface CountedInput {
  target: Pick<Target, 'id' | 'unit_cost'>;
  /** Unix seconds. */
  from: number;
}

/**
 * What a channel's requests cost in each hour since a time, in credited units: at list price × multiplier,
 * before what a unit costs the operator. Requests without a price are counted as such.
 */
export async function listCountedCredits(
  { kysely }: Database,
  { target, from }: CountedInput,
): Promise<CountedHour[]> {
  const rows = await kysely
    .selectFrom('proxy_totals')
    .select('hour')
    .select(sql<number>`sum(requests)`.as('requests'))
    .where('target_id', '=', target.id)
    .where('hour', '>=', from)
    .groupBy('hour')
    .orderBy('hour')
    .execute();
  return rows.map(({ hour, requests }) => ({ hour, credits: 0, unpriced: Number(requests) }));
}
