import type { GatewayRoute, RequestOutcome } from '@api-monitor/core';
import { type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from '../engine/database.ts';
import { secondsPerHour } from '../probe-totals/add-to-totals.ts';
import type { ProxyTotalsRow, Schema } from '../schema.ts';

export const totalsGroups = ['key', 'channel', 'model', 'hour', 'day'] as const;
export type TotalsGroup = (typeof totalsGroups)[number];

export interface SumProxyRequestsInput {
  group_by: TotalsGroup;
  /** null: made with the master token. */
  key_id?: number | null | undefined;
  target_id?: number | undefined;
  /** As the channel names it. */
  model?: string | undefined;
  route?: GatewayRoute | undefined;
  outcome?: RequestOutcome | undefined;
  /** Unix seconds; the whole hour that it lies in counts. */
  from?: number | undefined;
  /** Unix seconds, exclusive; the whole hour that it lies in counts. */
  to?: number | undefined;
}

/** What the requests of one key, channel, model, hour or day come to. */
export interface ProxyRequestTotals {
  /** The key's or channel's id, the model as its channels name it, or an hour's or UTC day's start; null: none. */
  group: number | string | null;
  /** A name that the key or channel bore at the time; null for other groups. */
  name: string | null;
  requests: number;
  /** Those whose client went without an answer; a client that left is none. */
  failures: number;
  input_tokens: number;
  output_tokens: number;
  /** Mean, in seconds; null where no answer came. */
  first_byte_s: number | null;
}

const secondsPerDay = 86_400;

/** Sums what matches by key, channel, model, hour or day: most requests first, times in order. */
export async function sumProxyRequests(
  db: Database,
  input: SumProxyRequestsInput,
): Promise<ProxyRequestTotals[]> {
  const { group_by } = input;
  const rows = await matchingTotals(db.kysely.selectFrom('proxy_totals'), input)
    .select((select) => [
      groupColumn[group_by].as('group'),
      nameColumn[group_by].as('name'),
      select.fn.sum('requests').as('requests'),
      select.fn.sum('failures').as('failures'),
      select.fn.sum('input_tokens').as('input_tokens'),
      select.fn.sum('output_tokens').as('output_tokens'),
      select.fn.sum('first_byte_sum_s').as('first_byte_sum_s'),
      select.fn.sum('first_byte_count').as('first_byte_count'),
    ])
    .groupBy(groupColumn[group_by])
    .execute();
  const totals = rows.map(({ group, name, first_byte_sum_s, first_byte_count, ...counts }) => ({
    group: groupOf(group_by, group),
    name,
    requests: Number(counts.requests),
    failures: Number(counts.failures),
    input_tokens: Number(counts.input_tokens),
    output_tokens: Number(counts.output_tokens),
    first_byte_s:
      Number(first_byte_count) === 0 ? null : Number(first_byte_sum_s) / Number(first_byte_count),
  }));
  return totals.sort((a, b) =>
    isTime(group_by) ? Number(a.group) - Number(b.group) : byRequests(a, b),
  );
}

function isTime(groupBy: TotalsGroup): boolean {
  return groupBy === 'hour' || groupBy === 'day';
}

function byRequests(a: ProxyRequestTotals, b: ProxyRequestTotals): number {
  return b.requests - a.requests || String(a.group ?? '').localeCompare(String(b.group ?? ''));
}

const groupColumn = {
  key: sql<number | string>`key_id`,
  channel: sql<number | string>`target_id`,
  model: sql<number | string>`model`,
  hour: sql<number | string>`hour`,
  // Hours are whole numbers, so the remainder is exact.
  day: sql<number | string>`hour - hour % ${sql.lit(secondsPerDay)}`,
};

const nameColumn = {
  key: sql<string | null>`max(key_name)`,
  channel: sql<string | null>`max(target_name)`,
  model: sql<string | null>`null`,
  hour: sql<string | null>`null`,
  day: sql<string | null>`null`,
};

/** The table keeps 0 and '' for "none", since a primary key holds no null. */
function groupOf(groupBy: TotalsGroup, group: number | string): number | string | null {
  if (isTime(groupBy)) return Number(group);
  return group === 0 || group === '' ? null : group;
}

function matchingTotals<Row>(
  all: SelectQueryBuilder<Schema, 'proxy_totals', Row>,
  { key_id, target_id, model, route, outcome, from, to }: SumProxyRequestsInput,
) {
  const equal: Partial<ProxyTotalsRow> = {
    ...(key_id === undefined ? {} : { key_id: key_id ?? 0 }),
    ...(target_id === undefined ? {} : { target_id }),
    ...(model === undefined ? {} : { model }),
    ...(route === undefined ? {} : { route }),
    ...(outcome === undefined ? {} : { outcome }),
  };
  let query = all.where((where) => where.and(equal));
  if (from !== undefined) query = query.where('hour', '>', Math.floor(from - secondsPerHour));
  if (to !== undefined) query = query.where('hour', '<', Math.ceil(to));
  return query;
}
