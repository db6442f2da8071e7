import { type ProxyTotals, tagsByKey } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { listTargets } from '../targets/targets.ts';
import type { ProxyRequestFilter } from './proxy-requests.ts';
import { addSums, type GroupSums, noSums, readSums } from './proxy-totals.ts';
import { type DaySums, daysWithin, sumByDay } from './sum-by-day.ts';

export const totalsGroups = ['key', 'channel', 'model', 'tag', 'hour', 'day'] as const;
export type TotalsGroup = (typeof totalsGroups)[number];

/** The hours that contain `from` and `to` count as a whole. */
export interface SumProxyRequestsInput extends ProxyRequestFilter {
  group_by: TotalsGroup;
  /** Where days begin, as `localDaysOf` knows it; UTC by default. */
  zone?: string | undefined;
}

/**
 * Sums the matching requests: most requests first, times in order. By tag, a channel counts under each of
 * the tags that it has now.
 */
export async function sumProxyRequests(
  db: Database,
  { zone = 'UTC', group_by, ...filter }: SumProxyRequestsInput,
): Promise<ProxyTotals[]> {
  switch (group_by) {
    case 'day': {
      const days = await sumByDay(db, { ...filter, group_by: 'all', zone });
      return days.map((one) => ({ ...totalsOf(one), group: one.day })).sort(byTime);
    }
    case 'hour': {
      const hours = await readSums(db, { ...filter, group_by });
      return hours.map((one) => ({ ...totalsOf(one), group: Number(one.group) })).sort(byTime);
    }
    case 'tag': {
      const channels = await readSums(db, { ...filter, group_by: 'channel' });
      const groups = groupsOf(await byTag(db, channels));
      return groups.map((of) => totalsOf(mergedSums(of))).sort(byRequests);
    }
    default:
      return (await readSums(db, { ...filter, group_by })).map(totalsOf).sort(byRequests);
  }
}

export const spendGroups = ['model', 'channel', 'key', 'tag'] as const;
export type SpendGroup = (typeof spendGroups)[number];

export interface SumSpendInput extends ProxyRequestFilter {
  group_by: SpendGroup;
  zone: string;
  from: number;
  to: number;
}

/** The totals of a group, and what it cost on each day. */
export interface GroupSpend extends ProxyTotals {
  costs: number[];
}

export interface Spend {
  /** The starts of the days of the range. */
  days: number[];
  total: GroupSpend;
  /** The most expensive first. */
  groups: GroupSpend[];
  /** Whether something counts in several groups, so that they add up to more than the total. */
  is_overlapping: boolean;
}

/** What the matching requests cost, by group and day. */
export async function sumSpend(
  db: Database,
  { group_by, ...input }: SumSpendInput,
): Promise<Spend> {
  const days = daysWithin(input.from, input.to, input.zone);
  const isByTag = group_by === 'tag';
  const rows = await sumByDay(db, { ...input, group_by: isByTag ? 'channel' : group_by });
  const grouped = isByTag ? await byTag(db, rows) : rows;
  return {
    days,
    total: spendOf(
      rows.map((one) => ({ ...one, ...noGroup })),
      days,
    ),
    groups: groupsOf(grouped)
      .map((of) => spendOf(of, days))
      .sort(byCost),
    is_overlapping: grouped.length > rows.length,
  };
}

const noGroup = { group: 0, name: null, is_objects: false };

/** Each channel's row under each of its tags; one without a tag, or that is gone, under none. */
async function byTag<Row extends GroupSums>(db: Database, rows: readonly Row[]): Promise<Row[]> {
  const targets = await listTargets(db);
  const spellings = tagsByKey(targets.flatMap(({ tags }) => tags));
  const keysById = new Map(targets.map(({ id, tags }) => [id, [...tagsByKey(tags).keys()]]));
  return rows.flatMap((row) => {
    const keys = keysById.get(Number(row.group)) ?? [];
    const names = keys.length === 0 ? [''] : keys.map((key) => spellings.get(key) ?? key);
    return names.map((group) => ({ ...row, group, name: null }));
  });
}

/** The rows of each group. */
function groupsOf<Row extends GroupSums>(rows: readonly Row[]): Row[][] {
  const groups = Map.groupBy(rows, ({ group, is_objects }) => JSON.stringify([group, is_objects]));
  return [...groups.values()];
}

/** The rows of one group as one; the name is the last in the order of the alphabet, as in the database. */
function mergedSums(rows: readonly GroupSums[]): GroupSums {
  const merged: GroupSums = { ...noGroup, ...rows[0], sums: noSums() };
  for (const { name, sums } of rows) {
    addSums(merged.sums, sums);
    if (name !== null && name > (merged.name ?? '')) merged.name = name;
  }
  return merged;
}

function spendOf(rows: readonly DaySums[], days: readonly number[]): GroupSpend {
  const byDay = new Map<number, number>();
  for (const { day, sums } of rows) byDay.set(day, (byDay.get(day) ?? 0) + sums.cost);
  return { ...totalsOf(mergedSums(rows)), costs: days.map((day) => byDay.get(day) ?? 0) };
}

function totalsOf({ group, name, is_objects, sums }: GroupSums): ProxyTotals {
  const { first_byte_sum_s, first_byte_count, ...counted } = sums;
  return {
    // The totals keep 0 and '' for "none".
    group: group === 0 || group === '' ? null : group,
    ...{ name, is_objects },
    ...counted,
    first_byte_s: first_byte_count === 0 ? null : first_byte_sum_s / first_byte_count,
  };
}

function byTime(a: ProxyTotals, b: ProxyTotals): number {
  return Number(a.group) - Number(b.group);
}

function byCost(a: ProxyTotals, b: ProxyTotals): number {
  return b.cost - a.cost || byRequests(a, b);
}

function byRequests(a: ProxyTotals, b: ProxyTotals): number {
  return b.requests - a.requests || String(a.group ?? '').localeCompare(String(b.group ?? ''));
}
