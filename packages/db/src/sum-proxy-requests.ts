import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import { matching, type ProxyRequestFilter } from './proxy-request-filter.ts';

export const totalsGroups = ['key', 'channel', 'model', 'day'] as const;
export type TotalsGroup = (typeof totalsGroups)[number];

export interface SumProxyRequestsInput extends ProxyRequestFilter {
  group_by: TotalsGroup;
}

/** What the requests of one key, channel, model or day come to. */
export interface ProxyRequestTotals {
  /** The key's, or channel's, id, the model as its channels name it, or a UTC day's start in Unix seconds. */
  group: number | string | null;
  /** Of the key or channel, as its latest name in the records is; else null. */
  name: string | null;
  requests: number;
  /** Those that the gateway or the channel ended badly; a client that left is none. */
  failures: number;
  input_tokens: number;
  output_tokens: number;
  /** Mean, in seconds; null where no answer came. */
  first_byte_s: number | null;
}

const secondsPerDay = 86_400;

const groups: Record<TotalsGroup, { by: RawBuilder<unknown>; name: RawBuilder<unknown> }> = {
  key: { by: sql`key_id`, name: sql`max(key_name)` },
  channel: { by: sql`target_id`, name: sql`max(target_name)` },
  model: { by: sql`model`, name: sql`null` },
  day: { by: sql`floor(timestamp / ${sql.lit(secondsPerDay)})`, name: sql`null` },
};

/** Sums the matching requests by key, channel, model or day: most requests first, days in order. */
export async function sumProxyRequests(
  db: Database,
  { group_by, ...filter }: SumProxyRequestsInput,
): Promise<ProxyRequestTotals[]> {
  const { by, name } = groups[group_by];
  const rows = await matching(db.kysely.selectFrom('proxy_requests'), filter)
    .select((select) => [
      by.$castTo<number | string | null>().as('group'),
      name.$castTo<string | null>().as('name'),
      select.fn.countAll().as('requests'),
      sql<number>`sum(case when status <> 499 and (status >= 400 or error is not null) then 1 else 0 end)`.as(
        'failures',
      ),
      select.fn.sum('input_tokens').as('input_tokens'),
      select.fn.sum('output_tokens').as('output_tokens'),
      select.fn.avg<number | null>('first_byte_s').as('first_byte_s'),
    ])
    .groupBy(by)
    .execute();
  const totals = rows.map((row) => ({
    ...row,
    group: group_by === 'day' ? Number(row.group) * secondsPerDay : row.group,
    requests: Number(row.requests),
    failures: Number(row.failures),
    input_tokens: Number(row.input_tokens ?? 0),
    output_tokens: Number(row.output_tokens ?? 0),
  }));
  return totals.sort((a, b) =>
    group_by === 'day' ? Number(a.group) - Number(b.group) : b.requests - a.requests,
  );
}
