import {
  localDaysOf,
  namesOf,
  objectRoutes,
  type ProxyRequest,
  type ProxyTotals,
  pick,
  proxyTotalsShape,
  recordOf,
  requestOutcomeOf,
} from '@api-monitor/core';
import { type RawBuilder, sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { withoutUndefined } from '../engine/filter.ts';
import type { Schema } from '../schema.ts';
import { type ProxyRequestFilter, secondsPerHour } from './proxy-requests.ts';

type ProxyTotalsRow = Schema['proxy_totals'];

const key = ['hour', 'key_id', 'target_id', 'model', 'route', 'outcome'] as const;

const keyMask = recordOf(key, (): true => true);

/** What is counted: the fields of the totals that are stored as they are. */
const counts = namesOf(
  proxyTotalsShape.omit({ group: true, name: true, is_objects: true, first_byte_s: true }).shape,
);
const tokenSums = [
  ...['input_tokens', 'output_tokens', 'cached_input_tokens', 'cache_write_tokens'],
  ...['cache_write_1h_tokens', 'reasoning_tokens', 'audio_input_tokens', 'audio_output_tokens'],
  ...['image_input_tokens', 'image_output_tokens'],
] as const;
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
  const outcome = requestOutcomeOf(request);
  return {
    hour: Math.floor(timestamp / secondsPerHour) * secondsPerHour,
    key_id: key_id ?? 0,
    target_id: target_id ?? 0,
    model: model ?? '',
    route,
    outcome,
    key_name,
    target_name,
    requests: 1,
    failures: outcome === 'upstream_error' ? 1 : 0,
    ...recordOf(tokenSums, (name) => request[name] ?? 0),
    cost: request.cost ?? 0,
    unpriced: request.cost === null ? 1 : 0,
    first_byte_sum_s: request.first_byte_s ?? 0,
    first_byte_count: request.first_byte_s === null ? 0 : 1,
  };
}

/** A request whose cost is another from now on. */
export interface CostChange {
  request: ProxyRequest;
  cost: number | null;
}

/** Corrects the totals of the requests' hours; belongs in the transaction that changes them. */
export async function addCostChanges(db: Database, changes: readonly CostChange[]): Promise<void> {
  const groups = Map.groupBy(changes, ({ request }) => {
    const one = totalsOf(request);
    return JSON.stringify(key.map((column) => one[column]));
  });
  const isUnknown = (cost: number | null) => (cost === null ? 1 : 0);
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const one = totalsOf(first.request);
    let [cost, unpriced] = [0, 0];
    for (const { request, cost: after } of group) {
      cost += (after ?? 0) - (request.cost ?? 0);
      unpriced += isUnknown(after) - isUnknown(request.cost);
    }
    await db.kysely
      .updateTable('proxy_totals')
      .set({ cost: sql`cost + ${cost}`, unpriced: sql`unpriced + ${unpriced}` })
      .where((where) => where.and(pick(one, keyMask)))
      .execute();
  }
}

export const totalsGroups = ['key', 'channel', 'model', 'hour', 'day'] as const;
export type TotalsGroup = (typeof totalsGroups)[number];

/** The hours that contain `from` and `to` count as a whole, except by day. */
export interface SumProxyRequestsInput extends ProxyRequestFilter {
  group_by: TotalsGroup;
  /** Where days begin, as `localDaysOf` knows it; UTC by default. */
  zone?: string | undefined;
}

/** Sums the matching requests by key, channel, model, hour or day: most requests first, times in order. */
export async function sumProxyRequests(
  db: Database,
  { zone = 'UTC', ...input }: SumProxyRequestsInput,
): Promise<ProxyTotals[]> {
  const { group_by, ...filter } = input;
  const rows =
    group_by === 'day'
      ? await sumByDay(db, filter, zone)
      : await readSums(db, { ...filter, group_by });
  const totals = rows.map(({ group, name, is_objects, sums: summed }) => {
    const { first_byte_sum_s, first_byte_count, ...counted } = summed;
    return {
      group: groupOf(group_by, group),
      name,
      is_objects,
      ...counted,
      first_byte_s: first_byte_count === 0 ? null : first_byte_sum_s / first_byte_count,
    };
  });
  return totals.sort((a, b) =>
    isTime(group_by) ? Number(a.group) - Number(b.group) : byRequests(a, b),
  );
}

/** Days are made of hours. */
type StoredGroup = Exclude<TotalsGroup, 'day'>;

type Sums = Record<(typeof sums)[number], number>;

interface GroupSums {
  group: number | string;
  name: string | null;
  is_objects: boolean;
  sums: Sums;
}

async function readSums(
  { kysely }: Database,
  { group_by, key_id, from, to, ...equal }: ProxyRequestFilter & { group_by: StoredGroup },
): Promise<GroupSums[]> {
  const columns = columnsOf[group_by];
  // The table keeps 0 for the master token.
  const filter = withoutUndefined({ ...equal, key_id: key_id === null ? 0 : key_id });
  let query = kysely.selectFrom('proxy_totals').where((where) => where.and(filter));
  if (from !== undefined) query = query.where('hour', '>', Math.floor(from - secondsPerHour));
  if (to !== undefined) query = query.where('hour', '<', Math.ceil(to));
  const rows = await query
    .select([columns.group.as('group'), columns.name.as('name')])
    .select(sql<number>`max(${asksForObjects})`.as('objects'))
    .select(({ fn }) =>
      sums.map((sum) => (sum === 'failures' ? failuresIn(sql`requests`) : fn.sum(sum)).as(sum)),
    )
    .groupBy(group_by === 'model' ? [columns.group, asksForObjects] : columns.group)
    .execute();
  return rows.map(({ group, name, objects, ...row }) => ({
    ...{ group, name, is_objects: group_by === 'model' && Number(objects) === 1 },
    sums: numbersIn(row),
  }));
}

const asksForObjects = sql<number>`case when model = '' and route in (${sql.join(
  objectRoutes.map((route) => sql.lit(route)),
)}) then 1 else 0 end`;

/** By outcome: what older versions stored as failures has clients' mistakes among them. */
function failuresIn(count: RawBuilder<unknown>) {
  return sql<number>`sum(case when outcome = 'upstream_error' then ${count} else 0 end)`;
}

/** Postgres returns sums as text. */
function numbersIn(row: Record<keyof Sums, unknown>): Sums {
  return recordOf(sums, (sum) => Number(row[sum] ?? 0));
}

/** All zones of today are whole quarters of an hour from UTC. */
const quarterS = 900;

/**
 * Totals are kept by the hour. In a zone that isn't whole hours from UTC, days begin within an hour: the
 * requests of those hours are summed by the quarter.
 */
async function sumByDay(
  db: Database,
  filter: ProxyRequestFilter,
  zone: string,
): Promise<GroupSums[]> {
  const dayOf = localDaysOf(zone);
  const hours = await readSums(db, { ...filter, group_by: 'hour' });
  const isSplit = ({ group }: GroupSums) =>
    dayOf(Number(group)) !== dayOf(Number(group) + secondsPerHour - 1);
  const [split, whole] = [hours.filter(isSplit), hours.filter((hour) => !isSplit(hour))];
  const quarters = await readQuarters(
    db,
    filter,
    split.map(({ group }) => Number(group)),
  );
  const days = new Map<number, GroupSums>();
  for (const { group, sums: more } of [...whole, ...quarters]) {
    const start = dayOf(Number(group));
    const day = days.get(start);
    if (!day) days.set(start, { group: start, name: null, is_objects: false, sums: { ...more } });
    else for (const sum of sums) day.sums[sum] += more[sum];
  }
  return [...days.values()];
}

/** Fewer than SQLite allows in one expression. */
const hoursAtOnce = 100;

async function readQuarters(
  { kysely }: Database,
  { from = 0, to = Number.MAX_SAFE_INTEGER, ...equal }: ProxyRequestFilter,
  hours: readonly number[],
): Promise<GroupSums[]> {
  const quarters: GroupSums[] = [];
  const start = sql<number>`cast(floor(timestamp / ${sql.lit(quarterS)}) as integer) * ${sql.lit(quarterS)}`;
  for (let at = 0; at < hours.length; at += hoursAtOnce) {
    const chunk = hours.slice(at, at + hoursAtOnce);
    const rows = await kysely
      .selectFrom('proxy_requests')
      .select([start.as('group'), ...rawSums])
      .where((where) =>
        where.or(
          chunk.map((hour) => where.between('timestamp', hour, hour + secondsPerHour - 1e-6)),
        ),
      )
      .where((where) => where.and(withoutUndefined({ ...equal, refused_for: null })))
      .where('timestamp', '>=', Math.floor(from / quarterS) * quarterS)
      .where('timestamp', '<', Math.ceil(to / quarterS) * quarterS)
      .groupBy(start)
      .execute();
    quarters.push(
      ...rows.map(({ group, ...row }) => ({
        ...{ group, name: null, is_objects: false },
        sums: numbersIn(row),
      })),
    );
  }
  return quarters;
}

/** As `totalsOf` counts one request. */
const rawSums = [
  sql<number>`count(*)`.as('requests'),
  failuresIn(sql`1`).as('failures'),
  ...[...tokenSums, 'cost' as const].map((name) => sql<number>`sum(${sql.ref(name)})`.as(name)),
  sql<number>`sum(case when cost is null then 1 else 0 end)`.as('unpriced'),
  sql<number>`sum(first_byte_s)`.as('first_byte_sum_s'),
  sql<number>`count(first_byte_s)`.as('first_byte_count'),
];

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
};

/** The table keeps 0 and '' for "none", because a primary key can't hold null. */
function groupOf(groupBy: TotalsGroup, group: number | string): number | string | null {
  if (isTime(groupBy)) return Number(group);
  return group === 0 || group === '' ? null : group;
}
