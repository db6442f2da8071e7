import { setSettings } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { adminToken, newTarget, openTestApi, sessionCookie, upstreamKey } from './open-test-api.ts';

const reads = ['', '/1', '/1/runs', '/1/logs', '/1/models'];
const changes: [string, string, unknown?][] = [
  ['POST', '/api/targets', newTarget],
  ['PATCH', '/api/targets/1', { base_url: 'https://thief.example', api_key: 'x' }],
  ['PATCH', '/api/targets/1', { name: 'mine' }],
  ['DELETE', '/api/targets/1'],
  ['POST', '/api/targets/reorder', { ids: [1] }],
  ['PATCH', '/api/targets/1/models', { selected_models: [] }],
  ['GET', '/api/targets/1/secret'],
  ['POST', '/api/targets/1/run'],
  ['GET', '/metrics'],
  ['GET', '/api/proxy/keys'],
  ['GET', '/api/proxy/keys/budgets'],
  ['POST', '/api/proxy/keys', { name: 'mine' }],
  ['PATCH', '/api/proxy/keys/1', { enabled: true }],
  ['DELETE', '/api/proxy/keys/1'],
  ['POST', '/api/proxy/keys/1/regenerate'],
  ['GET', '/api/proxy/names'],
  ['POST', '/api/model-groups', { name: 'a', ids: ['b'] }],
  ['POST', '/api/model-groups/dismiss', { key: 'a' }],
  ['DELETE', '/api/model-groups?name=a'],
  ['GET', '/api/proxy/requests'],
  ['GET', '/api/proxy/requests/totals'],
  ['GET', '/api/proxy/spend'],
];

test('without a token only the health can be read', async () => {
  const api = await openTestApi();
  expect((await api.asNobody('GET', '/api/health')).status).toBe(200);
  const paths = [
    ...reads.map((path) => `/api/targets${path}`),
    ...['/api/dashboard', '/api/events', '/api/models', '/api/routes?model=gpt-4o'],
  ];
  for (const path of paths) {
    const { status, json } = await api.asNobody('GET', path);
    expect([status, json.detail], path).toEqual([
      401,
      expect.stringContaining('a token is needed'),
    ]);
  }
  for (const [method, path, body] of changes) {
    expect((await api.asNobody(method, path, body)).status, path).toBe(401);
  }
});

test('a visitor may read, and change nothing', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  for (const path of reads) {
    const { status, text } = await api.asVisitor('GET', `/api/targets${path}`);
    expect(status, path).toBe(200);
    expect(text).not.toContain(upstreamKey);
  }
  for (const path of ['/api/models', '/api/routes?model=gpt-4o']) {
    expect((await api.asVisitor('GET', path)).status, path).toBe(200);
  }
  const { json } = await api.asVisitor('GET', '/api/targets');
  expect(json.permissions).toEqual({ role: 'visitor' });
  expect(json.items[0].can_operate).toBe(false);
  for (const [method, path, body] of changes) {
    expect((await api.asVisitor(method, path, body)).status, path).toBe(403);
  }
  const after = (await api.asAdmin('GET', '/api/targets/1')).json.item;
  expect(after).toMatchObject({ name: 'relay', base_url: 'https://relay.example' });
});

test('a visitor may start a run if the channel allows it, and nothing else', async () => {
  const api = await openTestApi();
  const target = { ...newTarget, visitor_channel_actions_enabled: true };
  await api.asAdmin('POST', '/api/targets', target);
  expect((await api.asVisitor('GET', '/api/targets/1')).json.item.can_operate).toBe(true);
  expect((await api.asVisitor('POST', '/api/targets/1/run')).status).toBe(200);
  expect((await api.asVisitor('PATCH', '/api/targets/1', { name: 'mine' })).status).toBe(403);
});

test('anonymous visitors are let in once the setting allows it, in every process at once', async () => {
  const api = await openTestApi();
  expect((await api.asNobody('GET', '/api/targets')).status).toBe(401);
  await setSettings(api.db, { visitor_mode_enabled: 'true' }, api.clock.now);
  await api.bus.events.publish({ type: 'settings_changed', data: { keys: [] } });
  await expect.poll(async () => (await api.asNobody('GET', '/api/targets')).status).toBe(200);
  expect((await api.asNobody('DELETE', '/api/targets/1')).status).toBe(403);
});

test('a token that was set at run time with the older tool replaces the others', async () => {
  const api = await openTestApi();
  await setSettings(api.db, { runtime_api_monitor_token: 'older-token-1234' }, api.clock.now);
  await api.bus.events.publish({ type: 'settings_changed', data: { keys: [] } });
  const older = api.withToken('older-token-1234');
  await expect.poll(async () => (await older('GET', '/api/targets')).status).toBe(200);
  expect((await api.asAdmin('GET', '/api/targets')).status).toBe(401);
});

/** Sends wrong tokens until the address is blocked for ten minutes; returns how many it took. */
async function guessUntilBlocked({ withToken }: Awaited<ReturnType<typeof openTestApi>>) {
  const guess = withToken('wrong-token');
  for (let guesses = 0; guesses <= 30; guesses += 1) {
    const { status, headers } = await guess('GET', '/api/targets');
    if (status === 429) {
      expect(headers.get('retry-after')).toBe('600');
      return guesses;
    }
    expect(status).toBe(401);
  }
  throw new Error('not blocked');
}

test('thirty bad tokens in a minute block an address for ten minutes, but nobody with a right one', async () => {
  const api = await openTestApi();
  expect(await guessUntilBlocked(api)).toBe(30);
  expect((await api.asAdmin('GET', '/api/targets')).status).toBe(200);
  const session = { headers: { cookie: sessionCookie } };
  expect((await api.api.app.request('/api/admin/session', session)).status).toBe(200);
  expect((await api.asNobody('GET', '/api/targets')).status).toBe(401);
  api.clock.now += 601;
  expect((await api.withToken('wrong-token')('GET', '/api/targets')).status).toBe(401);
});

test('a short token looks like a wrong one from a blocked address', async () => {
  const api = await openTestApi();
  await setSettings(api.db, { runtime_api_monitor_token: 'short-token' }, api.clock.now);
  await api.bus.events.publish({ type: 'settings_changed', data: { keys: [] } });
  const ask = api.withToken('short-token');
  await expect.poll(async () => (await ask('GET', '/api/targets')).status).toBe(200);
  await guessUntilBlocked(api);
  expect((await ask('GET', '/api/targets')).status).toBe(429);
  api.clock.now += 601;
  expect((await ask('GET', '/api/targets')).status).toBe(200);
});

test('a token in the query counts for the event stream only', async () => {
  const api = await openTestApi();
  const stream = await api.api.app.request(`/api/events?token=${adminToken}`);
  expect(stream.status).toBe(200);
  await stream.body?.cancel();
  expect((await api.asNobody('GET', `/api/targets?token=${adminToken}`)).status).toBe(401);
});

test('metrics need the API token, unless they are public', async () => {
  const api = await openTestApi();
  const { status, text } = await api.asAdmin('GET', '/metrics');
  expect(status).toBe(200);
  expect(text).toContain('api_monitor_event_clients 0');
  expect(text).toContain('api_monitor_queue_jobs{queue="manual-runs",state="waiting"} 0');
  const open = await openTestApi({ metricsPublic: true });
  expect((await open.asNobody('GET', '/metrics')).status).toBe(200);
});

test('no secret reaches the log, whatever is requested', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  await api.withToken('secret-guess')('GET', '/api/targets?token=secret-guess');
  await api.asAdmin('POST', '/api/targets', { ...newTarget, api_key: ['sk-in-a-list'] });
  const log = api.logLines.join('');
  for (const secret of [upstreamKey, adminToken, 'secret-guess', 'sk-in-a-list']) {
    expect(log).not.toContain(secret);
  }
});

test('every answer has the headers that keep foreign code out of a page', async () => {
  const api = await openTestApi();
  for (const path of ['/api/health', '/nowhere', '/api/nowhere']) {
    const { headers } = await api.asNobody('GET', path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
});

test('an unknown path is a 404 in the same form', async () => {
  const api = await openTestApi();
  const { status, json } = await api.asAdmin('GET', '/api/nowhere');
  expect([status, json]).toEqual([404, { detail: 'there is no GET /api/nowhere' }]);
  expect((await api.asAdmin('PUT', '/api/targets/1', {})).status).toBe(404);
});

test('a path cannot climb out of the folder of the dashboard', async () => {
  const api = await openTestApi();
  for (const path of ['/../registry.db', '/%2e%2e/registry.db', '/..%2fregistry.db', '/%00']) {
    const { status, text } = await api.asNobody('GET', path);
    expect(status, path).toBeGreaterThanOrEqual(400);
    expect(text).not.toContain('SQLite');
  }
});
