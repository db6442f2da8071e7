import type { ProxyRequest } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { proxyRequest } from '../../test/proxy-samples.ts';
import { targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, type Database, recordProxyRequests, sumSpend } from '../index.ts';
import { type SpendGroup, spendGroups, sumProxyRequests } from './sum-proxy-requests.ts';

/** The same numbers each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** October 2026, in which the clocks of Lord Howe go half an hour forward and those of Berlin back. */
const from = Date.parse('2026-10-01T00:00Z') / 1000;
const to = Date.parse('2026-11-01T00:00Z') / 1000;
/** Those of the channels; the last one has been deleted. */
const tags: Record<number, string[]> = { 1: ['cheap', 'EU'], 2: ['eu'], 3: [], 9: [] };
const spelling: Record<string, string> = { cheap: 'cheap', eu: 'EU' };

/** Requests of all kinds, many of them close to an hour or to midnight somewhere. */
function monthOfRequests(): ProxyRequest[] {
  const random = randomFrom(20_261_000);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  return Array.from({ length: 2_000 }, (_, at) => {
    const timestamp = from + random() * (to - from);
    const quarter = Math.round(timestamp / 900) * 900 + one([-0.001, 0, 0.001]);
    const key_id = one([null, 1, 2, 3]);
    const target_id = one([1, 2, 3, 9]);
    const isPriced = random() < 0.9;
    return proxyRequest({
      request_id: `r${at}`,
      timestamp: random() < 0.5 ? timestamp : Math.min(to - 0.001, Math.max(from, quarter)),
      ...{ key_id, key_name: key_id === null ? 'master' : `key ${key_id}`, attempts: [] },
      ...{ target_id, target_name: `channel ${target_id}`, model: one(['a', 'b', 'c', 'd']) },
      ...{ input_tokens: Math.floor(random() * 1e5), status: one([200, 200, 200, 499, 502]) },
      cost: isPriced ? random() ** 6 * 3 : null,
      ...(at % 97 === 0 ? ({ key_name: '', refused_for: 'no_key', cost: 0 } as const) : {}),
    });
  });
}

const requests = monthOfRequests();
const counted = requests.filter(({ refused_for }) => refused_for === null);

function groupsOf(request: ProxyRequest, group: SpendGroup): string[] {
  switch (group) {
    case 'key':
      return [String(request.key_id)];
    case 'channel':
      return [String(request.target_id)];
    case 'model':
      return [String(request.model)];
    case 'tag': {
      const own = tags[request.target_id ?? 0] ?? [];
      return own.length === 0 ? ['null'] : own.map((tag) => spelling[tag.toLowerCase()] ?? tag);
    }
  }
}

/** In hundredths of a cent, so that a sum that is only nearly right is wrong. */
const exact = (cost: number) => Math.round(cost * 10_000);

function added(costs: Map<string, number>, name: string, request: ProxyRequest): void {
  costs.set(name, (costs.get(name) ?? 0) + (request.cost ?? 0));
}

function exactly(costs: Iterable<[string, number]>): Record<string, number> {
  return Object.fromEntries([...costs].map(([name, cost]) => [name, exact(cost)]));
}

async function withMonth(): Promise<Database> {
  const db = await tempDatabase();
  for (const [id, own] of Object.entries(tags)) {
    if (id !== '9') await createTarget(db, targetInput({ name: `channel ${id}`, tags: own }), 1);
  }
  for (let at = 0; at < requests.length; at += 500) {
    await recordProxyRequests(db, requests.slice(at, at + 500));
  }
  return db;
}

const zones = [
  ...['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Asia/Kathmandu'],
  ...['Australia/Lord_Howe', 'America/St_Johns'],
];

test('a month adds up to the cent by every group in every zone, and so does each day', async () => {
  const db = await withMonth();
  for (const zone of zones) {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    const known = new Map<number, string>();
    const dateOf = (timeS: number): string => {
      const date = known.get(timeS) ?? format.format(timeS * 1000);
      known.set(timeS, date);
      return date;
    };
    await compareDays(db, zone, dateOf);
    for (const group_by of spendGroups) await compareGroups(db, { zone, group_by }, dateOf);
  }
});

type DateOf = (timeS: number) => string;

async function compareDays(db: Database, zone: string, dateOf: DateOf): Promise<void> {
  const expected = new Map<string, number>();
  for (const one of counted) added(expected, dateOf(one.timestamp), one);
  const days = await sumProxyRequests(db, { group_by: 'day', zone });
  const shown = days.map(({ group, cost }): [string, number] => [dateOf(Number(group)), cost]);
  expect(exactly(shown), zone).toEqual(exactly(expected));
}

async function compareGroups(
  db: Database,
  { zone, group_by }: { zone: string; group_by: SpendGroup },
  dateOf: DateOf,
): Promise<void> {
  const expected = new Map<string, number>();
  const expectedDays = new Map<string, number>();
  for (const one of counted) {
    for (const name of groupsOf(one, group_by)) {
      added(expected, name, one);
      added(expectedDays, `${name} ${dateOf(one.timestamp)}`, one);
    }
  }
  const spend = await sumSpend(db, { from, to, zone, group_by });
  const { days, groups, total } = spend;
  const what = `${group_by} in ${zone}`;
  const costs = groups.map(({ group, cost }): [string, number] => [String(group), cost]);
  expect(exactly(costs), what).toEqual(exactly(expected));
  const shown = groups.flatMap((one) =>
    one.costs.map((cost, at): [string, number] => [`${one.group} ${dateOf(days[at] ?? 0)}`, cost]),
  );
  expect(exactly(shown.filter(hasCost)), what).toEqual(exactly([...expectedDays].filter(hasCost)));
  expect(exact(total.cost), what).toBe(
    exact(counted.reduce((sum, one) => sum + (one.cost ?? 0), 0)),
  );
  expect(total, what).toMatchObject({
    requests: counted.length,
    unpriced: counted.filter(({ cost }) => cost === null).length,
  });
  expect(spend.is_overlapping, what).toBe(group_by === 'tag');
  const totals = await sumProxyRequests(db, { group_by });
  const whole = totals.map(({ group, cost }): [string, number] => [String(group), cost]);
  expect(exactly(whole), what).toEqual(exactly(expected));
}

function hasCost([, cost]: [string, number]): boolean {
  return exact(cost) > 0;
}
