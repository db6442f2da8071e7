import { readProbeUsage } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';

/** What probes have cost since midnight UTC. */
export interface UsedToday {
  requests: number;
  tokens: number;
  cost: number;
  unpriced: number;
}

/** What the probes of a channel have cost today; absent if they have cost nothing. */
export type UsageByTarget = ReadonlyMap<number, UsedToday>;

export async function readUsedToday({
  db,
  now,
}: Pick<ApiDeps, 'db' | 'now'>): Promise<UsageByTarget> {
  const rows = await readProbeUsage(db, { day: now() });
  const byTarget = Map.groupBy(rows, ({ target_id }) => target_id);
  return new Map([...byTarget].map(([id, models]) => [id, sumUsage(models)]));
}

/** Several models' usage, added up. */
export function sumUsage(parts: readonly UsedToday[]): UsedToday {
  const sum = { requests: 0, tokens: 0, cost: 0, unpriced: 0 };
  for (const { requests, tokens, cost, unpriced } of parts) {
    sum.requests += requests;
    sum.tokens += tokens;
    sum.cost += cost;
    sum.unpriced += unpriced;
  }
  return sum;
}
