import {
  namesOf,
  objectRoutes,
  type ProxyRequest,
  pick,
  proxyTotalsShape,
  recordOf,
  requestOutcomeOf,
} from '@api-monitor/core';
import { type RawBuilder, sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { type Filter, withoutUndefined } from '../engine/filter.ts';
import type { Schema } from '../schema.ts';
import { type FilterFields, type ProxyRequestFilter, secondsPerHour } from './proxy-requests.ts';

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
    else addSums(known, one);
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
      // Without the last digits, in which binary fractions differ: what is taken away leaves nothing.
      .set({
        cost: sql`round((cost + ${cost}) * 1e12) / 1e12`,
        unpriced: sql`unpriced + ${unpriced}`,
      })
      .where((where) => where.and(pick(one, keyMask)))
      .execute();
  }
}

/** What totals are stored by. */
export type StoredGroup = keyof typeof columnsOf;

export type Sums = Record<(typeof sums)[number], number>;

export interface GroupSums {
  group: number | string;
  name: string | null;
  is_objects: boolean;
  sums: Sums;
}

/** Sums whole hours, those that contain `from` and `to` included. */
export async function readSums(
  { kysely }: Database,
  { group_by, from, to, ...equal }: ProxyRequestFilter & { group_by: StoredGroup },
): Promise<GroupSums[]> {
  let query = kysely.selectFrom('proxy_totals').where((where) => where.and(storedFilter(equal)));
  if (from !== undefined) query = query.where('hour', '>', Math.floor(from - secondsPerHour));
  if (to !== undefined) query = query.where('hour', '<', Math.ceil(to));
  const rows = await query
    .select(groupColumns(group_by))
    .select(storedSums)
    .groupBy(groupKey(group_by))
    .execute();
  return rows.map((row) => groupSumsOf(row, group_by));
}

/** The table keeps 0 for the master token. */
export function storedFilter({ key_id, ...equal }: Filter<FilterFields>) {
  return withoutUndefined({ ...equal, key_id: key_id === null ? 0 : key_id });
}

export const storedSums = sums.map((sum) =>
  (sum === 'failures' ? failuresIn(sql`requests`) : sql<number>`sum(${sql.ref(sum)})`).as(sum),
);

/** What tells the groups apart, of totals and of requests. */
export function groupColumns(groupBy: StoredGroup) {
  const { group, name } = columnsOf[groupBy];
  const objects = sql<number>`max(${asksForObjects})`;
  return [group.as('group'), name.as('name'), objects.as('objects')] as const;
}

export function groupKey(groupBy: StoredGroup) {
  if (groupBy === 'all') return [];
  const { group } = columnsOf[groupBy];
  return groupBy === 'model' ? [group, asksForObjects] : [group];
}

export type GroupRow = Record<'group' | 'name' | 'objects' | keyof Sums, unknown>;

export function groupSumsOf(
  { group, name, objects, ...row }: GroupRow,
  groupBy: StoredGroup,
): GroupSums {
  return {
    ...{ group: typeof group === 'string' ? group : Number(group) },
    name: typeof name === 'string' ? name : null,
    is_objects: groupBy === 'model' && Number(objects) === 1,
    sums: numbersIn(row),
  };
}

const asksForObjects = sql<number>`case when coalesce(model, '') = '' and route in (${sql.join(
  objectRoutes.map((route) => sql.lit(route)),
)}) then 1 else 0 end`;

/** By outcome: what older versions stored as failures has clients' mistakes among them. */
function failuresIn(count: RawBuilder<unknown>) {
  return sql<number>`sum(case when outcome = 'upstream_error' then ${count} else 0 end)`;
}

export function noSums(): Sums {
  return recordOf(sums, () => 0);
}

/** Adds `more` to `to`. */
export function addSums(to: Sums, more: Sums): void {
  for (const sum of sums) to[sum] += more[sum];
}

/** Postgres returns sums as text. */
function numbersIn(row: Record<keyof Sums, unknown>): Sums {
  return recordOf(sums, (sum) => Number(row[sum] ?? 0));
}

/** As `totalsOf` counts one request. */
export const rawSums = [
  sql<number>`count(*)`.as('requests'),
  failuresIn(sql`1`).as('failures'),
  ...[...tokenSums, 'cost' as const].map((name) => sql<number>`sum(${sql.ref(name)})`.as(name)),
  sql<number>`sum(case when cost is null then 1 else 0 end)`.as('unpriced'),
  sql<number>`sum(first_byte_s)`.as('first_byte_sum_s'),
  sql<number>`count(first_byte_s)`.as('first_byte_count'),
];

const none = sql<string | null>`null`;
/** The totals keep 0 and '' for "none", because a primary key can't hold null. */
const columnsOf = {
  key: {
    group: sql<number | string>`coalesce(key_id, 0)`,
    name: sql<string | null>`max(key_name)`,
  },
  channel: {
    group: sql<number | string>`coalesce(target_id, 0)`,
    name: sql<string | null>`max(target_name)`,
  },
  model: { group: sql<number | string>`coalesce(model, '')`, name: none },
  hour: { group: sql<number | string>`hour`, name: none },
  all: { group: sql<number | string>`0`, name: none },
};
