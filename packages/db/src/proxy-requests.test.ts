import type { ProxyRequest } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { proxyRequest } from '../test/proxy-samples.ts';
import { tempDatabase } from '../test/temp-database.ts';
import {
  listProxyRequests,
  type ProxyRequestFilter,
  pruneProxyRequests,
  recordProxyRequests,
  sumProxyRequests,
} from './index.ts';

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

async function withRequests() {
  const db = await tempDatabase();
  const requests = samples.map((fields, index) =>
    proxyRequest({ request_id: `r${index + 1}`, ...fields }),
  );
  await recordProxyRequests(db, requests);
  const ids = async (filter: ProxyRequestFilter & { before_id?: number }, limit = 100) =>
    (await listProxyRequests(db, { ...filter, limit })).map((request) => request.id);
  return { db, ids };
}

test('requests come newest first, a page after the other', async () => {
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

test('totals by key: what was served, what failed, tokens, the mean first byte', async () => {
  const { db } = await withRequests();
  expect(await sumProxyRequests(db, { group_by: 'key' })).toEqual([
    {
      group: null,
      name: 'master',
      requests: 5,
      failures: 3,
      input_tokens: 40,
      output_tokens: 80,
      first_byte_s: 0.375,
    },
    {
      group: 1,
      name: 'editor',
      requests: 2,
      failures: 0,
      input_tokens: 20,
      output_tokens: 40,
      first_byte_s: 0.25,
    },
  ]);
});

test('totals by channel, model and day, of the requests that the filter names', async () => {
  const { db } = await withRequests();
  const sums = async (group_by: 'channel' | 'model' | 'day', filter: ProxyRequestFilter = {}) =>
    (await sumProxyRequests(db, { group_by, ...filter })).map((row) => [
      row.group,
      row.name,
      row.requests,
    ]);
  expect(await sums('channel')).toEqual([
    [1, 'Relay', 6],
    [2, 'Other', 1],
  ]);
  expect(await sums('model', { outcome: 'ok' })).toEqual([
    ['gpt-4o', null, 2],
    ['claude', null, 1],
  ]);
  expect(await sums('day')).toEqual([
    [day, null, 2],
    [2 * day, null, 5],
  ]);
  expect(await sums('day', { from: 3 * day })).toEqual([]);
});

test('what is older than the retention goes, batch by batch, and nothing else', async () => {
  const { db, ids } = await withRequests();
  expect(await pruneProxyRequests(db, { before: 2 * day + 2, batchSize: 3 })).toBe(4);
  expect(await ids({})).toEqual([7, 6, 5]);
  const stopped = { before: 9 * day, batchSize: 1, signal: AbortSignal.abort() };
  expect(await pruneProxyRequests(db, stopped)).toBe(0);
});
