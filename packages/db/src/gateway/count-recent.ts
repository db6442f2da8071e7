import type { Database } from '../engine/database.ts';

/** A key's requests to a channel, without the mistakes of its client. */
export interface RecentRequests {
  key_name: string;
  target_id: number;
  all: number;
  /** Those that the channel failed. */
  failed: number;
}

/** A busy gateway has more; the newest show as much. */
const mostCounted = 5_000;

/** The newest requests since then, by key and channel. */
export async function countRecentRequests(
  { kysely }: Database,
  from: number,
): Promise<RecentRequests[]> {
  const newest = kysely
    .selectFrom('proxy_requests')
    .select(['key_name', 'target_id', 'outcome', 'timestamp'])
    .orderBy('id', 'desc')
    .limit(mostCounted)
    .as('newest');
  const rows = await kysely
    .selectFrom(newest)
    .select(['key_name', 'target_id', 'outcome'])
    .select((select) => select.fn.countAll().as('count'))
    .where('timestamp', '>=', from)
    .where('outcome', 'in', ['ok', 'upstream_error'])
    .groupBy(['key_name', 'target_id', 'outcome'])
    .execute();
  const found = new Map<string, RecentRequests>();
  for (const { key_name, target_id, outcome, count } of rows) {
    if (target_id === null) continue;
    const key = JSON.stringify([key_name, target_id]);
    const { all, failed } = found.get(key) ?? { all: 0, failed: 0 };
    found.set(key, {
      ...{ key_name, target_id, all: all + Number(count) },
      failed: failed + (outcome === 'upstream_error' ? Number(count) : 0),
    });
  }
  return [...found.values()];
}
