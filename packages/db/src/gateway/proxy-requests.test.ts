import type { ProxyRequest } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { proxyRequest } from '../../test/proxy-samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  type Database,
  listProxyRequests,
  pruneProxyRequests,
  recordProxyRequests,
  sumProxyRequests,
} from '../index.ts';
import { type ProxyRequestFilter, proxyRequestCodec } from './proxy-requests.ts';
import type { SumProxyRequestsInput } from './sum-proxy-requests.ts';

const day = 86_400;
const broken = { error: 'the stream broke off', error_kind: 'network' } as const;

const samples: Partial<ProxyRequest>[] = [
  { timestamp: day, key_id: 1, key_name: 'editor' },
  { timestamp: day + 10, key_id: 1, key_name: 'editor', target_id: 2, target_name: 'Other' },
  { timestamp: 2 * day, model: 'claude', route: 'anthropic', first_byte_s: 0.75 },
  { timestamp: 2 * day + 1, status: 404, error: 'no such model', model: null, first_byte_s: null },
  { timestamp: 2 * day + 2, status: 499, output_tokens: null },
  { timestamp: 2 * day + 3, status: 503, error: 'none left', input_tokens: null },
  { timestamp: 2 * day + 4, status: 200, ...broken },
];

function requestsOf(fields: readonly Partial<ProxyRequest>[]): ProxyRequest[] {
  return fields.map((one, index) => proxyRequest({ request_id: `r${index + 1}`, ...one }));
}

async function withRequests() {
  const db = await tempDatabase();
  await recordProxyRequests(db, requestsOf(samples));
  const ids = async (filter: ProxyRequestFilter & { before_id?: number }, limit = 100) =>
    (await listProxyRequests(db, { ...filter, limit })).map((request) => request.id);
  return { db, ids };
}

test('requests are listed newest first, page by page', async () => {
  const { ids } = await withRequests();
  expect(await ids({}, 3)).toEqual([7, 6, 5]);
  expect(await ids({ before_id: 5 }, 3)).toEqual([4, 3, 2]);
  expect(await ids({ before_id: 2 }, 3)).toEqual([1]);
});

test.each<[ProxyRequestFilter, number[]]>([
  [{ key_id: 1 }, [2, 1]],
  [{ key_id: null }, [7, 6, 5, 4, 3]],
  [{ target_id: 2 }, [2]],
  [{ model: 'claude' }, [3]],
  [{ route: 'anthropic' }, [3]],
  [{ outcome: 'ok' }, [3, 2, 1]],
  [{ outcome: 'client_error' }, [5, 4]],
  [{ outcome: 'upstream_error' }, [7, 6]],
  [{ from: day + 10, to: 2 * day + 1 }, [3, 2]],
  [{ key_id: 1, target_id: 2, outcome: 'client_error' }, []],
])('%j narrows the list', async (filter, expected) => {
  const { ids } = await withRequests();
  expect(await ids(filter)).toEqual(expected);
});

test('totals by key have the requests, failures, tokens and the mean time to the first byte', async () => {
  const { db } = await withRequests();
  expect(await sumProxyRequests(db, { group_by: 'key' })).toMatchObject([
    {
      group: null,
      name: 'master',
      is_objects: false,
      requests: 5,
      failures: 2,
      input_tokens: 40,
      output_tokens: 80,
      ...{ cached_input_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 },
      ...{ cost: 0, unpriced: 5 },
      first_byte_s: 0.375,
    },
    {
      group: 1,
      name: 'editor',
      is_objects: false,
      requests: 2,
      failures: 0,
      input_tokens: 20,
      output_tokens: 40,
      ...{ cached_input_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0 },
      ...{ cost: 0, unpriced: 2 },
      first_byte_s: 0.25,
    },
  ]);
});

test('failures are what the filter for failed requests shows, also in the totals of older versions', async () => {
  const { db } = await withRequests();
  await db.kysely.updateTable('proxy_totals').set({ failures: 1 }).execute();
  const failures = async (input: Omit<SumProxyRequestsInput, 'group_by'> = {}) =>
    (await sumProxyRequests(db, { ...input, group_by: 'channel' })).map((row) => row.failures);
  expect(await failures()).toEqual([2, 0]);
  expect(await failures({ outcome: 'upstream_error' })).toEqual([2]);
  expect(await failures({ outcome: 'client_error' })).toEqual([0]);
});

test('totals by channel, model and day respect the filter', async () => {
  const { db } = await withRequests();
  const sums = async (input: SumProxyRequestsInput) =>
    (await sumProxyRequests(db, input)).map((row) => [row.group, row.name, row.requests]);
  expect(await sums({ group_by: 'channel' })).toEqual([
    [1, 'Relay', 6],
    [2, 'Other', 1],
  ]);
  expect(await sums({ group_by: 'model', key_id: null })).toEqual([
    ['gpt-4o', null, 3],
    [null, null, 1],
    ['claude', null, 1],
  ]);
  expect(await sums({ group_by: 'day' })).toEqual([
    [day, null, 2],
    [2 * day, null, 5],
  ]);
  expect(await sums({ group_by: 'model', route: 'anthropic' })).toEqual([['claude', null, 1]]);
  expect(await sums({ group_by: 'day', outcome: 'client_error' })).toEqual([[2 * day, null, 2]]);
  expect(await sums({ group_by: 'key', outcome: 'ok', route: 'chat' })).toEqual([[1, 'editor', 2]]);
  expect(await sums({ group_by: 'key', target_id: 2, model: 'gpt-4o' })).toEqual([
    [1, 'editor', 1],
  ]);
});

test('requests for files and batches are not among those whose model is unknown', async () => {
  const { db } = await withRequests();
  const uploads = [{}, { timestamp: day }].map((more, at) =>
    proxyRequest({ request_id: `f${at}`, route: 'files', model: null, ...more }),
  );
  const batch = proxyRequest({ request_id: 'b', route: 'batches', model: 'gpt-4o' });
  await recordProxyRequests(db, [...uploads, batch]);
  const rows = await sumProxyRequests(db, { group_by: 'model' });
  expect(rows.map(({ group, is_objects, requests }) => [group, is_objects, requests])).toEqual([
    ['gpt-4o', false, 6],
    [null, true, 2],
    [null, false, 1],
    ['claude', false, 1],
  ]);
  const byDay = await sumProxyRequests(db, { group_by: 'day' });
  expect(byDay.some(({ is_objects }) => is_objects)).toBe(false);
});

test('days begin at midnight of a zone, also within an hour', async () => {
  const db = await tempDatabase();
  const at = (hours: number) => ({ timestamp: 20_000 * day + hours * 3600 });
  const failed = { status: 502, error: 'x', first_byte_s: null, input_tokens: null };
  // Midnight is at 18:30 UTC in Kolkata, and at 18:15 in Kathmandu.
  const times = [
    at(18),
    at(18.2),
    at(18.3),
    at(18.4),
    { ...at(18.49), ...failed },
    at(18.5),
    at(20),
  ];
  const refused = { ...at(18.1), key_name: '', refused_for: 'no_key' } as const;
  await recordProxyRequests(db, requestsOf([...times, refused]));
  const sums = async (zone?: string, more: Partial<SumProxyRequestsInput> = {}) => {
    const rows = await sumProxyRequests(db, { group_by: 'day', zone, ...more });
    return rows.map(({ group, requests }) => [(Number(group) - 20_000 * day) / 3600, requests]);
  };
  expect(await sums()).toEqual([[0, 7]]);
  expect(await sums('Asia/Shanghai')).toEqual([[16, 7]]);
  expect(await sums('Asia/Kolkata')).toEqual([
    [-5.5, 5],
    [18.5, 2],
  ]);
  expect(await sums('+05:45')).toEqual([
    [-5.75, 2],
    [18.25, 5],
  ]);
  const from = 20_000 * day + 18.5 * 3600;
  expect(await sums('Asia/Kolkata', { from })).toEqual([[18.5, 2]]);
  expect(await sums('Asia/Kolkata', { to: from })).toEqual([[-5.5, 5]]);
  expect(await sums('Asia/Kolkata', { outcome: 'upstream_error' })).toEqual([[-5.5, 1]]);
  expect(await sums('Asia/Kolkata', { key_id: null, target_id: 1, route: 'chat' })).toEqual([
    [-5.5, 5],
    [18.5, 2],
  ]);
  expect(await sums('Asia/Kolkata', { key_id: 9 })).toEqual([]);
  const [first] = await sumProxyRequests(db, { group_by: 'day', zone: 'Asia/Kolkata' });
  expect(first).toMatchObject({ failures: 1, input_tokens: 40, output_tokens: 100 });
  expect(first?.first_byte_s).toBe(0.25);
  await db.kysely.deleteFrom('proxy_requests').execute();
  expect(await sums('Asia/Kolkata')).toEqual([
    [-5.5, 6],
    [18.5, 1],
  ]);
});

test('a day has 23 or 25 hours if the clocks change', async () => {
  const db = await tempDatabase();
  const start = Date.parse('2026-03-28T23:00Z') / 1000;
  const hours = Array.from({ length: 48 }, (_, n) => ({ timestamp: start + n * 3600 }));
  await recordProxyRequests(db, requestsOf(hours));
  const days = await sumProxyRequests(db, { group_by: 'day', zone: 'Europe/Berlin' });
  expect(days.map(({ group, requests }) => [Number(group) - start, requests])).toEqual([
    [0, 23],
    [23 * 3600, 24],
    [47 * 3600, 1],
  ]);
});

test('totals have each class of tokens, which a request may not report', async () => {
  const db = await tempDatabase();
  const classes = { cached_input_tokens: 6, cache_write_tokens: 3, reasoning_tokens: 15 };
  const requests = requestsOf([classes, { ...classes, timestamp: 2 * day }, {}]);
  await recordProxyRequests(db, requests);
  expect(await listProxyRequests(db, { limit: 3 })).toMatchObject([{}, classes, classes]);
  expect(await sumProxyRequests(db, { group_by: 'model' })).toMatchObject([
    { input_tokens: 30, cached_input_tokens: 12, cache_write_tokens: 6, reasoning_tokens: 30 },
  ]);
});

test('refused requests are listed, but are in no totals and nobody’s', async () => {
  const { db, ids } = await withRequests();
  const before = await sumProxyRequests(db, { group_by: 'day' });
  const refused = { status: 401, error: 'no key', key_name: '', model: null } as const;
  await recordProxyRequests(db, [
    proxyRequest({ ...refused, request_id: 'r8', route: 'other', refused_for: 'no_key' }),
    proxyRequest({ ...refused, request_id: 'r9', route: 'models', refused_for: 'unknown_key' }),
    proxyRequest({ ...refused, request_id: 'ra', key_id: 1, refused_for: 'inactive_key' }),
  ]);
  expect(await ids({ outcome: 'refused' })).toEqual([10, 9, 8]);
  expect(await ids({ route: 'other' })).toEqual([8]);
  expect(await ids({ key_id: null })).toEqual([7, 6, 5, 4, 3]);
  expect(await ids({ outcome: 'client_error' })).toEqual([5, 4]);
  expect(await sumProxyRequests(db, { group_by: 'day' })).toEqual(before);
});

test('totals count whole hours, including those of the bounds', async () => {
  const { db } = await withRequests();
  const count = async (from: number, to: number) =>
    (await sumProxyRequests(db, { group_by: 'day', from, to })).map((row) => row.requests);
  expect(await count(day + 1800, 2 * day)).toEqual([2]);
  expect(await count(day + 3600, 2 * day + 1)).toEqual([5]);
  expect(await count(day + 3600, 2 * day)).toEqual([]);
  expect(await count(day + 1800.5, 2 * day - 0.25)).toEqual([2]);
  expect(await count(2 * day + 3599.75, 2 * day + 3600)).toEqual([5]);
});

test('a batch that is delivered twice, or in parts, adds up to the same totals', async () => {
  const { db } = await withRequests();
  const before = await sumProxyRequests(db, { group_by: 'key' });
  const again = proxyRequest({ request_id: 'r1' });
  await recordProxyRequests(db, [again]);
  expect(await sumProxyRequests(db, { group_by: 'key' })).toEqual(before);
  const more = proxyRequest({ request_id: 'r8', timestamp: day, key_id: 1, key_name: 'renamed' });
  await recordProxyRequests(db, [more]);
  const [, editor] = await sumProxyRequests(db, { group_by: 'key' });
  expect(editor).toMatchObject({ name: 'renamed', requests: 3, input_tokens: 30 });
});

test('requests that were recorded before there were totals are summed by the migration', async () => {
  const read = async (from: Database) => [
    await sumProxyRequests(from, { group_by: 'key' }),
    await sumProxyRequests(from, { group_by: 'day' }),
    await sumProxyRequests(from, { group_by: 'model', outcome: 'upstream_error' }),
    await listProxyRequests(from, { limit: 100 }),
  ];
  const dataDir = await tempFolder();
  const older = await openUnmigrated(dataDir);
  await (await createMigrator(older, 1000)).migrateTo('0002-gateway');
  const tables = await older.introspection.getTables();
  const table = tables.find(({ name }) => name === 'proxy_requests');
  const known = new Set(table?.columns.map(({ name }) => name));
  for (const request of requestsOf(samples)) {
    const row = Object.entries(proxyRequestCodec.toRow(request)).filter(([name]) =>
      known.has(name),
    );
    const columns = row.map(([name]) => sql.ref(name));
    const values = row.map(([, value]) => value);
    await sql`insert into proxy_requests (${sql.join(columns)}) values (${sql.join(values)})`.execute(
      older,
    );
  }
  await older.destroy();
  expect(await read(await openIn(dataDir))).toEqual(await read((await withRequests()).db));
});

test('requests older than the retention are deleted batch by batch, and nothing else', async () => {
  const { db, ids } = await withRequests();
  const nowS = 40 * day;
  expect(await pruneProxyRequests(db, { before: 2 * day + 1.5, batchSize: 3, nowS })).toBe(4);
  expect(await ids({})).toEqual([7, 6, 5]);
  expect(await sumProxyRequests(db, { group_by: 'day' })).toMatchObject([{ group: 2 * day }]);
  const stopped = { before: 9 * day, batchSize: 1, nowS, signal: AbortSignal.abort() };
  expect(await pruneProxyRequests(db, stopped)).toBe(0);
});
