import { type ProxyRequest, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { recordProxyRequests } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { openTestApi } from './open-test-api.ts';

const path = '/api/proxy/requests';

function requestOf(id: number, fields: Partial<ProxyRequest> = {}): ProxyRequest {
  return {
    ...sampleOf(proxyRequestSchema),
    request_id: `req-${id}`,
    timestamp: 1_800_000_000 - 1000 + id,
    key_id: 1,
    key_name: 'editor',
    target_id: 1,
    target_name: 'relay',
    requested_model: 'gpt-4o',
    model: 'gpt-4o',
    route: 'chat',
    stream: true,
    status: 200,
    attempts: [
      {
        target_id: 1,
        target_name: 'relay',
        model: 'gpt-4o',
        status: 200,
        error: null,
        error_kind: null,
        duration_s: 0.5,
        is_live_failure: false,
      },
    ],
    first_byte_s: 0.25,
    duration_s: 0.5,
    input_tokens: 10,
    output_tokens: 20,
    request_bytes: 100,
    response_bytes: 200,
    error_kind: null,
    error: null,
    ...fields,
  };
}

async function withRequests() {
  const api = await openTestApi();
  const failed = { status: 502, error: 'connection refused', error_kind: 'network' } as const;
  await recordProxyRequests(api.db, [
    requestOf(1),
    requestOf(2, { key_id: null, key_name: 'master', route: 'anthropic' }),
    requestOf(3, { ...failed, first_byte_s: null }),
  ]);
  const get = async (query: string) => (await api.asAdmin('GET', `${path}${query}`)).json;
  const ids = async (query: string) =>
    (await get(query)).items.map((item: { id: number }) => item.id);
  return { ...api, get, ids };
}

test('a request has all that was recorded', async () => {
  const { get } = await withRequests();
  const { items } = await get('?limit=200');
  expect(items).toHaveLength(3);
  expect(items[2]).toEqual({ id: 1, ...requestOf(1), outcome: 'ok' });
});

test('pages follow one another to the last', async () => {
  const { get } = await withRequests();
  const first = await get('?limit=2');
  expect([first.items.length, first.next_before_id]).toEqual([2, 2]);
  const last = await get(`?limit=2&before_id=${first.next_before_id}`);
  expect([last.items.length, last.next_before_id]).toEqual([1, null]);
});

test('after_id gives the requests since then', async () => {
  const { ids } = await withRequests();
  expect(await ids('?after_id=1')).toEqual([3, 2]);
  expect(await ids('?after_id=3')).toEqual([]);
});

test('the filters narrow the list', async () => {
  const { ids } = await withRequests();
  expect(await ids('?key_id=1')).toEqual([3, 1]);
  expect(await ids('?key_id=master')).toEqual([2]);
  expect(await ids('?route=anthropic')).toEqual([2]);
  expect(await ids('?outcome=upstream_error')).toEqual([3]);
  expect(await ids('?target_id=2')).toEqual([]);
  expect(await ids('?model=gpt-4o&from=1799999002&to=1799999003')).toEqual([2]);
});

test.each([
  ['?limit=201', 'limit must be a whole number from 1 to 200'],
  ['?key_id=me', 'key_id must be the id of a proxy key, or "master"'],
  ['?before_id=x', 'before_id must be a whole number'],
  ['?from=yesterday', 'from must be Unix seconds'],
  ['?outcome=bad', 'outcome must be one of ok, client_error, upstream_error, refused'],
  ['/totals?zone=Mars', 'zone must be a time zone such as Europe/Berlin, or an offset'],
  ['/totals?group_by=year', 'group_by must be one of key, channel, model, tag, hour, day'],
])('%s is refused: %s', async (query, detail) => {
  const { asAdmin } = await openTestApi();
  const { status, json } = await asAdmin('GET', `${path}${query}`);
  expect([status, json.detail.startsWith(detail) ? detail : json.detail]).toEqual([400, detail]);
});

test('totals are by key and of the last week by default', async () => {
  const { get, clock } = await withRequests();
  const totals = await get('/totals');
  expect(totals).toMatchObject({
    group_by: 'key',
    from: clock.now - 7 * 86_400,
    to: clock.now,
    items: [
      { group: 1, name: 'editor', requests: 2, failures: 1, input_tokens: 20, first_byte_s: 0.25 },
      { group: null, name: 'master', requests: 1, failures: 0 },
    ],
  });
  const byDay = await get('/totals?group_by=day&from=0&key_id=master');
  expect(byDay.items).toMatchObject([{ requests: 1 }]);
  const inZone = await get('/totals?group_by=day&from=0&zone=Asia/Kolkata');
  expect(inZone).toMatchObject({ zone: 'Asia/Kolkata', items: [{ group: 1_799_951_400 }] });
  expect((await get('/totals?group_by=day&from=0&zone=%2B05:30')).items).toEqual(inZone.items);
  expect(byDay).toMatchObject({ zone: 'UTC', items: [{ group: 1_799_971_200 }] });
  const byHour = await get('/totals?group_by=hour&from=0');
  const hour = Math.floor((clock.now - 1000) / 3600) * 3600;
  expect(byHour.items).toMatchObject([{ group: hour, requests: 3 }]);
  const failed = await get('/totals?outcome=upstream_error');
  expect(failed.items).toMatchObject([{ group: 1, requests: 1, failures: 1 }]);
  expect((await get('/totals?outcome=ok&route=anthropic')).items).toMatchObject([
    { group: null, requests: 1, failures: 0 },
  ]);
  clock.now += 8 * 86_400;
  expect((await get('/totals')).items).toEqual([]);
});
