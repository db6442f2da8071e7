import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';

/** What a key has used of its limits. */
export interface CountedRequests {
  key_id: number;
  requests: number;
  tokens: number;
}

/** A stream that lasted longer than this counts for no minute after a restart. */
const longestS = 3600;

/**
 * What each key with a limit has used since `sinceS`, by the records: a request counts when it arrives, and
 * its tokens when it has ended.
 */
export async function listCountedRequests(
  { kysely }: Database,
  sinceS: number,
): Promise<CountedRequests[]> {
  const rows = await kysely
    .selectFrom('proxy_requests')
    .select(['key_id', sql<number>`sum(counted_tokens)`.as('tokens')])
    .select(sql<number>`sum(case when timestamp >= ${sinceS} then 1 else 0 end)`.as('requests'))
    .where('timestamp', '>=', sinceS - longestS)
    .where(sql<boolean>`timestamp + duration_s >= ${sinceS}`)
    .where('counted_tokens', 'is not', null)
    .where('key_id', 'in', (query) =>
      query
        .selectFrom('proxy_keys')
        .select('id')
        .where((where) =>
          where.or([where('rpm_limit', 'is not', null), where('tpm_limit', 'is not', null)]),
        ),
    )
    .groupBy('key_id')
    .execute();
  return rows.flatMap(({ key_id, requests, tokens }) =>
    key_id === null ? [] : [{ key_id, requests: Number(requests), tokens: Number(tokens) }],
  );
}
