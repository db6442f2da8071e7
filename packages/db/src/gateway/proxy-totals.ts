import {
  isFailedRequest,
  namesOf,
  type ProxyRequest,
  type ProxyTotals,
  proxyTotalsShape,
  recordOf,
  requestOutcomeOf,
  secondsPerDay,
} from '@api-monitor/core';
import { sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { withoutUndefined } from '../engine/filter.ts';
import type { Schema } from '../schema.ts';
import { type ProxyRequestFilter, secondsPerHour } from './proxy-requests.ts';

type ProxyTotalsRow = Schema['proxy_totals'];

const key = ['hour', 'key_id', 'target_id', 'model', 'route', 'outcome'] as const;

/** What is counted: the fields of the totals that are stored as they are. */
const counts = namesOf(
  proxyTotalsShape.omit({ group: true, name: true, first_byte_s: true }).shape,
);
const sums = [...counts, 'first_byte_sum_s', 'first_byte_count'] as const;

/** Adds the requests to the totals of their hours; belongs in the transaction that writes them. */
export async function addToTotals(db: Database, requests: readonly ProxyRequest[]): Promise<void> {
  const added = recordOf(sums, (sum) => {
    const [before, more] = [sql.ref(`proxy_totals.${sum}`), sql.ref(`excluded.${sum}`)];
    return sql<number>`${before} + ${more}`;
  });
  for (const chunk of chunksOf([...sumByGroup(requests).values()])) {
    await db.kysely
      .insertInto('proxy_totals')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .columns(key)
          .doUpdateSet({ ...excluded(['key_name', 'target_name'], key), ...added }),
      )
      .execute();
  }
}

function sumByGroup(requests: readonly ProxyRequest[]): Map<string, ProxyTotalsRow> {
  const groups = new Map<string, ProxyTotalsRow>();
  for (const request of requests) {
    const one = totalsOf(request);
    const group = JSON.stringify(key.map((column) => one[column]));
    const known = groups.get(group);
    if (!known) groups.set(group, one);
    else for (const sum of sums) known[sum] += one[sum];
  }
  return groups;
}

function totalsOf(request: ProxyRequest): ProxyTotalsRow {
  const { timestamp, key_id, key_name, target_id, target_name, model, route } = request;
  return {
    hour: Math.floor(timestamp / secondsPerHour) * secondsPerHour,
    key_id: key_id ?? 0,
    target_id: target_id ?? 0,
    model: model ?? '',
    route,
    outcome: requestOutcomeOf(request),
    key_name,
    target_name,
    requests: 1,
    failures: isFailedRequest(request) ? 1 : 0,
    input_tokens: request.input_tokens ?? 0,
    output_tokens: request.output_tokens ?? 0,
    cached_input_tokens: request.cached_input_tokens ?? 0,
    cache_write_tokens: request.cache_write_tokens ?? 0,
    reasoning_tokens: request.reasoning_tokens ?? 0,
    first_byte_sum_s: request.first_byte_s ?? 0,
    first_byte_count: request.first_byte_s === null ? 0 : 1,
  };
}

export const totalsGroups = ['key', 'channel', 'model', 'hour', 'day'] as const;
export type TotalsGroup = (typeof totalsGroups)[number];

/** The hours that contain `from` and `to` count as a whole. */
export interface SumProxyRequestsInput extends ProxyRequestFilter {
  group_by: TotalsGroup;
}

/** Sums the matching requests by key, channel, model, hour or day: most requests first, times in order. */
export async function sumProxyRequests(
  db: Database,
  input: SumProxyRequestsInput,
): Promise<ProxyTotals[]> {
  const { group_by, key_id, from, to, ...equal } = input;
  const columns = columnsOf[group_by];
  // The table keeps 0 for the master token.
  const filter = withoutUndefined({ ...equal, key_id: key_id === null ? 0 : key_id });
  let query = db.kysely.selectFrom('proxy_totals').where((where) => where.and(filter));
  if (from !== undefined) query = query.where('hour', '>', Math.floor(from - secondsPerHour));
  if (to !== undefined) query = query.where('hour', '<', Math.ceil(to));
  const rows = await query
    .select([columns.group.as('group'), columns.name.as('name')])
    .select(({ fn }) => sums.map((sum) => fn.sum(sum).as(sum)))
    .groupBy(columns.group)
    .execute();
  const totals = rows.map(({ group, name, ...row }) => {
    // Postgres returns sums as text.
    const summed = recordOf(sums, (sum) => Number(row[sum]));
    const { first_byte_sum_s, first_byte_count, ...counted } = summed;
    return {
      group: groupOf(group_by, group),
      name,
      ...counted,
      first_byte_s: first_byte_count === 0 ? null : first_byte_sum_s / first_byte_count,
    };
  });
  return totals.sort((a, b) =>
    isTime(group_by) ? Number(a.group) - Number(b.group) : byRequests(a, b),
  );
}

function isTime(groupBy: TotalsGroup): boolean {
  return groupBy === 'hour' || groupBy === 'day';
}

function byRequests(a: ProxyTotals, b: ProxyTotals): number {
  return b.requests - a.requests || String(a.group ?? '').localeCompare(String(b.group ?? ''));
}

const none = sql<string | null>`null`;
const columnsOf = {
  key: { group: sql<number | string>`key_id`, name: sql<string | null>`max(key_name)` },
  channel: { group: sql<number | string>`target_id`, name: sql<string | null>`max(target_name)` },
  model: { group: sql<number | string>`model`, name: none },
  hour: { group: sql<number | string>`hour`, name: none },
  // Hours are whole numbers, so the remainder is exact.
  day: { group: sql<number | string>`hour - hour % ${sql.lit(secondsPerDay)}`, name: none },
};

/** The table keeps 0 and '' for "none", because a primary key can't hold null. */
function groupOf(groupBy: TotalsGroup, group: number | string): number | string | null {
  if (isTime(groupBy)) return Number(group);
  return group === 0 || group === '' ? null : group;
}
