import { localDaysOf } from '@api-monitor/core';
import { sql } from 'kysely';
import type { Database } from '../engine/database.ts';
import { withoutUndefined } from '../engine/filter.ts';
import { type ProxyRequestFilter, secondsPerHour } from './proxy-requests.ts';
import {
  addSums,
  type GroupRow,
  type GroupSums,
  groupColumns,
  groupKey,
  groupSumsOf,
  rawSums,
  type StoredGroup,
  storedFilter,
  storedSums,
} from './proxy-totals.ts';

/** The sums of a group on one day. */
export interface DaySums extends GroupSums {
  /** When the day begins. */
  day: number;
}

export interface SumByDayInput extends ProxyRequestFilter {
  group_by: StoredGroup;
  /** Where days begin, as `localDaysOf` knows it. */
  zone: string;
}

/** A part of a day. Unix seconds. */
interface Part {
  day: number;
  from: number;
  to: number;
}

/**
 * Sums the requests of each day of a zone by group; the hours that contain `from` and `to` count as far as
 * they belong to a day. Totals are kept by the hour. If a day begins within an hour, as in a zone that isn't
 * whole hours from UTC, the requests of that hour are summed themselves; if they have been deleted, the hour
 * counts on the day in which it begins.
 */
export async function sumByDay(db: Database, input: SumByDayInput): Promise<DaySums[]> {
  const parts = await partsOf(db, input);
  const whole = await readWholeHours(db, input, parts.map(wholeHoursOf).filter(isSome));
  const edges = await readRequests(db, input, parts.flatMap(edgesOf).filter(isSome));
  const days = new Map<string, DaySums>();
  for (const one of [...whole, ...edges]) {
    const key = JSON.stringify([one.day, one.group, one.is_objects]);
    const known = days.get(key);
    if (known) addSums(known.sums, one.sums);
    else days.set(key, one);
  }
  return [...days.values()];
}

/** The starts of the days that touch a range. */
export function daysWithin(from: number, to: number, zone: string): number[] {
  const dayOf = localDaysOf(zone);
  const days: number[] = [];
  for (let day = dayOf(from); day < to; day = dayOf(day + dayAndMoreS)) days.push(day);
  return days;
}

/** No day has more than 25 hours, and none fewer than 22. */
const dayAndMoreS = 26 * secondsPerHour;

/** The days of the range, each as far as it belongs to the range's hours. */
async function partsOf(db: Database, input: SumByDayInput): Promise<Part[]> {
  const dayOf = localDaysOf(input.zone);
  const { first, from, to } = await rangeOf(db, input);
  // A time that is further away than dates go has no day.
  if (from >= to) return [];
  const [firstHour, pastHour] = [startOfHour(from), endOfHour(to)];
  const parts = daysWithin(from, to, input.zone).map((day) => ({
    day,
    from: Math.max(day, firstHour),
    to: Math.min(dayOf(day + dayAndMoreS), pastHour),
  }));
  if (!parts.some((part) => edgesOf(part).some(isSome))) return parts;
  const keptFrom = await requestsKeptFrom(db, first);
  const edge = (at: number) => (at < keptFrom ? endOfHour(at) : at);
  return parts.map((part) => ({ ...part, from: edge(part.from), to: edge(part.to) }));
}

/** The totals stay longer than the requests. */
async function requestsKeptFrom({ kysely }: Database, firstHour: number): Promise<number> {
  const { first } = await kysely
    .selectFrom('proxy_requests')
    .select(({ fn }) => fn.min('timestamp').as('first'))
    .executeTakeFirstOrThrow();
  if (first === null) return Number.POSITIVE_INFINITY;
  return startOfHour(Number(first)) > firstHour ? endOfHour(Number(first)) : 0;
}

function startOfHour(timeS: number): number {
  return Math.floor(timeS / secondsPerHour) * secondsPerHour;
}

function endOfHour(timeS: number): number {
  return Math.ceil(timeS / secondsPerHour) * secondsPerHour;
}

/** No longer than there are totals. */
async function rangeOf({ kysely }: Database, { from = 0, to = Infinity }: SumByDayInput) {
  const { first, last } = await kysely
    .selectFrom('proxy_totals')
    .select(({ fn }) => [fn.min('hour').as('first'), fn.max('hour').as('last')])
    .executeTakeFirstOrThrow();
  if (first === null || last === null) return { first: 0, from: 0, to: 0 };
  const pastLast = Number(last) + secondsPerHour;
  return { first: Number(first), from: Math.max(from, Number(first)), to: Math.min(to, pastLast) };
}

function wholeHoursOf({ day, from, to }: Part): Part {
  return { day, from: endOfHour(from), to: startOfHour(to) };
}

/** What is left of a part without its whole hours. */
function edgesOf(part: Part): Part[] {
  const { day, from, to } = part;
  const whole = wholeHoursOf(part);
  if (whole.from > whole.to) return [part];
  return [
    { day, from, to: whole.from },
    { day, from: whole.to, to },
  ];
}

function isSome({ from, to }: Part): boolean {
  return from < to;
}

async function readWholeHours(
  { kysely }: Database,
  { group_by, zone: _, from: __, to: ___, ...equal }: SumByDayInput,
  parts: readonly Part[],
): Promise<DaySums[]> {
  if (parts.length === 0) return [];
  const rows = await fromParts(kysely, parts)
    .innerJoin('proxy_totals', (join) =>
      join.onRef('hour', '>=', 'parts.first').onRef('hour', '<', 'parts.past'),
    )
    .where((where) => where.and(storedFilter(equal)))
    .select('parts.day')
    .select(groupColumns(group_by))
    .select(storedSums)
    .groupBy(['parts.day', ...groupKey(group_by)])
    .execute();
  return rows.map((row) => daySumsOf(row, group_by));
}

/** A few hours of a range at most: the others come from the totals. */
async function readRequests(
  { kysely }: Database,
  { group_by, zone: _, from: __, to: ___, ...equal }: SumByDayInput,
  parts: readonly Part[],
): Promise<DaySums[]> {
  if (parts.length === 0) return [];
  const rows = await fromParts(kysely, parts)
    .innerJoin('proxy_requests', (join) =>
      join.onRef('timestamp', '>=', 'parts.first').onRef('timestamp', '<', 'parts.past'),
    )
    .where((where) => where.and(withoutUndefined({ ...equal, refused_for: null })))
    .select('parts.day')
    .select(groupColumns(group_by))
    .select(rawSums)
    .groupBy(['parts.day', ...groupKey(group_by)])
    .execute();
  return rows.map((row) => daySumsOf(row, group_by));
}

function fromParts(kysely: Database['kysely'], parts: readonly Part[]) {
  return kysely.with('parts(day, first, past)', () => tableOf(parts)).selectFrom('parts');
}

function daySumsOf({ day, ...row }: GroupRow & { day: number }, groupBy: StoredGroup): DaySums {
  return { day: Number(day), ...groupSumsOf(row, groupBy) };
}

function tableOf(parts: readonly Part[]) {
  const rows = parts.map(({ day, from, to }) => sql`(${sql.join([day, from, to].map(sql.lit))})`);
  return sql<{ day: number; first: number; past: number }>`(values ${sql.join(rows)})`;
}
