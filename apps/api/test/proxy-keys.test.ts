import { createHash } from 'node:crypto';
import { type MonitorEvent, proxyKeyDefaults, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { listGatewayKeys, recordProxyRequests } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const path = '/api/proxy/keys';

async function withKey(fields: object = {}) {
  const api = await openTestApi();
  const events: MonitorEvent[] = [];
  api.bus.events.subscribe(({ event }) => events.push(event));
  await api.asSession('POST', '/api/targets', newTarget);
  const { status, json, text, headers } = await api.asSession('POST', path, {
    name: 'editor',
    ...fields,
  });
  expect(status, text).toBe(200);
  events.length = 0;
  const item = async () => (await api.asSession('GET', path)).json.items[0];
  return { ...api, events, created: json, headers, item };
}

test('a new key gets every default, is shown once, and only its digest is stored', async () => {
  const { db, asSession, created, headers, clock, logLines } = await withKey();
  expect(created.proxy_key).toMatch(/^sk-am-[\w-]{43}$/);
  expect(created.item).toEqual({
    id: 1,
    name: 'editor',
    key_prefix: created.proxy_key.slice(0, 10),
    allowed_target_ids: [],
    ...proxyKeyDefaults,
    created_at: clock.now,
    revoked_at: null,
    last_used_at: null,
    last_used_target_id: null,
  });
  expect(headers.get('cache-control')).toBe('no-store');
  const { text } = await asSession('GET', path);
  expect(text).not.toContain(created.proxy_key);
  expect(text).not.toContain('hash');
  const [kept] = await listGatewayKeys(db);
  expect(kept?.key_hash).toBe(createHash('sha256').update(created.proxy_key).digest('hex'));
  expect(logLines.join('')).not.toContain(created.proxy_key);
});

test('a key can have limits', async () => {
  const fields = {
    allowed_target_ids: [1],
    allowed_models: ['relay/gpt-4o'],
    description: 'my editor',
    expires_at: 1_900_000_000,
    rpm_limit: 60,
    tpm_limit: 100_000,
    cost_per_day: 0.5,
    cost_total: 100,
    requests_per_month: 10_000,
    tokens_total: 900_000_000_000,
    budget_time_zone: 'Asia/Shanghai',
    budget_alert_percent: 90,
    max_price: 12.5,
    allow_unpriced: true,
  };
  const { created } = await withKey({ ...fields, allowed_target_ids: [1, 1] });
  expect(created.item).toMatchObject(fields);
});

const wrongEntry =
  'allowed_models.0 must be channel/model, a model, a pattern of either with *, or tag:name, without a slash before it';

test.each([
  [{}, 'name is required'],
  [{ name: ' ' }, 'name must not be empty'],
  [{ name: 'x'.repeat(129) }, 'name must have at most 128 characters'],
  [{ name: 'x', description: 'x'.repeat(513) }, 'description must have at most 512 characters'],
  [{ name: 'x', allowed_models: ['/gpt-4o'] }, wrongEntry],
  [{ name: 'x', allowed_models: ['tag: '] }, wrongEntry],
  [{ name: 'x', allowed_target_ids: [99] }, 'allowed_target_ids: there is no channel 99'],
  [{ name: 'x', rpm_limit: 0 }, 'rpm_limit must be at least 1'],
  [{ name: 'x', cost_per_day: 0 }, 'cost_per_day must be greater than 0'],
  [{ name: 'x', tokens_total: 1.5 }, 'tokens_total must be a whole number'],
  [
    { name: 'x', budget_time_zone: 'Mars/Base' },
    'budget_time_zone must be a time zone, such as Europe/Berlin',
  ],
  [{ name: 'x', budget_alert_percent: 101 }, 'budget_alert_percent must be at most 100'],
  [{ name: 'x', expires_at: 1_700_000_000 }, 'expires_at must be in the future (Unix seconds)'],
  [{ name: 'x', role: 'admin' }, 'unknown field "role"'],
])('%j is refused: %s', async (body, detail) => {
  const api = await openTestApi();
  const { status, json } = await api.asSession('POST', path, body);
  expect([status, json.detail]).toEqual([400, detail]);
  expect((await api.asSession('GET', path)).json.items).toEqual([]);
});

test('a change or pause of a key is published to the gateways', async () => {
  const { asSession, events, item, created } = await withKey();
  const patch = { name: 'script', enabled: false, rpm_limit: 5 };
  const { status, json } = await asSession('PATCH', `${path}/1`, patch);
  expect([status, json.item]).toEqual([200, { ...created.item, ...patch }]);
  expect(await item()).toEqual(json.item);
  expect(events).toEqual([{ type: 'proxy_keys_changed', data: { key_ids: [1] } }]);
});

test('a key can be read, changed and sent back whole, even if a channel is gone', async () => {
  const { asSession, item } = await withKey({ allowed_target_ids: [1] });
  await asSession('DELETE', '/api/targets/1');
  const { status, json } = await asSession('PATCH', `${path}/1`, {
    ...(await item()),
    description: 'changed',
  });
  expect([status, json.item.description]).toEqual([200, 'changed']);
  const unknown = await asSession('PATCH', `${path}/1`, { allowed_target_ids: [1, 7] });
  expect([unknown.status, unknown.json.detail]).toEqual([
    400,
    'allowed_target_ids: there is no channel 7',
  ]);
  expect((await asSession('PATCH', `${path}/1`, { key_hash: 'x' })).status).toBe(400);
});

test('a regenerated key has a new text, and the old one is gone', async () => {
  const { db, asSession, events, created } = await withKey();
  const { status, json } = await asSession('POST', `${path}/1/regenerate`);
  expect(status).toBe(200);
  expect(json.proxy_key).not.toBe(created.proxy_key);
  expect(json.item).toMatchObject({ id: 1, key_prefix: json.proxy_key.slice(0, 10) });
  const keys = await listGatewayKeys(db);
  expect(keys.map((key) => key.key_hash)).toEqual([
    createHash('sha256').update(json.proxy_key).digest('hex'),
  ]);
  expect(events).toHaveLength(1);
});

test('a revoked key stays in the list, revoked for good', async () => {
  const { db, asSession, events, item, clock } = await withKey();
  expect((await asSession('DELETE', `${path}/1`)).json).toEqual({ ok: true });
  expect((await item()).revoked_at).toBe(clock.now);
  expect(await listGatewayKeys(db)).toEqual([]);
  expect(events).toEqual([{ type: 'proxy_keys_changed', data: { key_ids: [1] } }]);
  clock.now += 60;
  expect((await asSession('DELETE', `${path}/1`)).status).toBe(200);
  expect((await item()).revoked_at).toBe(clock.now - 60);
  for (const [method, end] of [
    ['PATCH', ''],
    ['POST', '/regenerate'],
  ] as const) {
    const { status, json } = await asSession(method, `${path}/1${end}`, { enabled: true });
    expect([status, json.detail]).toEqual([409, 'proxy key "editor" is revoked; create a new one']);
  }
});

test('an unknown key is a 404', async () => {
  const { asSession } = await withKey();
  for (const [method, end] of [
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/regenerate'],
  ] as const) {
    const { status, json } = await asSession(method, `${path}/9${end}`, { enabled: true });
    expect([status, json.detail], method).toEqual([404, 'there is no proxy key 9']);
  }
});

test('what keys have used of their budgets is listed, with when they begin again', async () => {
  const { db, asSession, clock } = await withKey({ requests_per_day: 10, tokens_total: 500 });
  await asSession('POST', path, { name: 'free' });
  await recordProxyRequests(db, [
    {
      ...sampleOf(proxyRequestSchema),
      ...{ key_id: 1, target_id: 1, route: 'chat', timestamp: clock.now },
      ...{ input_tokens: 20, output_tokens: 30 },
    },
  ]);
  const { status, json } = await asSession('GET', `${path}/budgets`);
  const dayS = Math.floor(clock.now / 86_400) * 86_400;
  expect([status, json.items]).toEqual([
    200,
    [
      {
        ...{ key_id: 1, unit: 'requests', period: 'day', limit: 10, used: 1 },
        ...{ started_at: dayS, resets_at: dayS + 86_400 },
      },
      {
        ...{ key_id: 1, unit: 'tokens', period: 'total', limit: 500, used: 50 },
        ...{ started_at: 0, resets_at: null },
      },
    ],
  ]);
  await asSession('DELETE', `${path}/1`);
  expect((await asSession('GET', `${path}/budgets`)).json.items).toEqual([]);
});
