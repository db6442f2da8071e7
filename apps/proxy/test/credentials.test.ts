import { revokeProxyKey, updateProxyKey } from '@api-monitor/db';
import { expect, test, vi } from 'vitest';
import { type Call, call, chatTo } from './call.ts';
import { clientKey, gatewayForTest, masterToken } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';
import { addKey, type TestKey } from './test-key.ts';

async function start(keys: TestKey[] = []) {
  const provider = await providerForTest();
  const channels = { relay: { origin: provider.origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, keys });
  const ask = (path: string, given: Call = {}) =>
    call(gateway.origin, path, { key: null, body: chatTo('relay/m'), ...given });
  return { ...gateway, provider, ask };
}

const chat = '/v1/chat/completions';
const gemini = '/v1beta/models/relay/m:generateContent';

test.each([
  ['a bearer', { authorization: `Bearer ${clientKey}` }],
  ['a bearer in small letters', { authorization: `bearer ${clientKey}` }],
  ['x-api-key', { 'x-api-key': clientKey }],
  ['x-goog-api-key', { 'x-goog-api-key': clientKey }],
])('%s opens every route', async (_, headers) => {
  const { ask } = await start();
  for (const path of [chat, '/v1/responses', '/v1/messages', gemini]) {
    expect((await ask(path, { headers })).status, path).toBe(200);
  }
  expect((await ask('/v1/models', { headers, method: 'GET' })).status).toBe(200);
});

test('a key in the query is accepted on every route, and never sent upstream', async () => {
  const { ask, provider } = await start();
  for (const path of [chat, '/v1/messages', gemini]) {
    const answer = await ask(`${path}?key=${clientKey}&beta=true`);
    expect(answer.status, path).toBe(200);
    expect(provider.requests.at(-1)?.url).toBe(`${path.replace('relay/', '')}?beta=true`);
  }
});

test('of several credentials the first valid one counts', async () => {
  const { ask } = await start([{ key: 'sk-paused', enabled: false }]);
  const statusOf = async (headers: Record<string, string>) => (await ask(chat, { headers })).status;
  const both = { authorization: `Bearer ${clientKey}`, 'x-api-key': clientKey };
  expect(await statusOf(both)).toBe(200);
  expect(await statusOf({ authorization: 'Bearer unknown', 'x-api-key': clientKey })).toBe(200);
  expect(await statusOf({ authorization: 'Bearer sk-paused', 'x-api-key': clientKey })).toBe(200);
  expect(await statusOf({ authorization: 'Bearer unknown', 'x-api-key': 'too' })).toBe(401);
  expect(await statusOf({ authorization: 'Basic abc', 'x-goog-api-key': clientKey })).toBe(200);
});

test('a 401 says whether the key is missing, unknown, paused or expired', async () => {
  const { ask, clock } = await start([
    { key: 'sk-paused', enabled: false },
    { key: 'sk-expiring', expires_at: Date.now() / 1000 + 60 },
  ]);
  const sayOf = async (key: string | null) => {
    const { status, json } = await ask(chat, { key });
    return [status, json.error?.message ?? ''];
  };
  expect(await sayOf(null)).toEqual([401, expect.stringContaining('no key was sent')]);
  expect(await sayOf('nobody')).toEqual([401, expect.stringContaining('unknown')]);
  expect(await sayOf('sk-paused')).toEqual([401, expect.stringContaining('paused')]);
  expect((await sayOf('sk-expiring'))[0]).toBe(200);
  clock.aheadS = 61;
  expect(await sayOf('sk-expiring')).toEqual([401, expect.stringContaining('expired')]);
});

test('the master token may use everything, whatever the keys say', async () => {
  const { ask } = await start();
  expect((await ask(chat, { key: masterToken })).status).toBe(200);
  expect((await ask('/v1/models', { key: masterToken, method: 'GET' })).json.data).toHaveLength(2);
});

test('creating, changing, pausing or revoking a key takes effect without any event', async () => {
  const { ask, db, nowS, targetIds } = await start();
  const statusOf = async (key: string) => (await ask(chat, { key })).status;
  const soon = { timeout: 10_000, interval: 20 };
  const id = await addKey(db, { key: 'sk-new' }, targetIds, nowS());
  await vi.waitFor(async () => expect(await statusOf('sk-new')).toBe(200), soon);
  await updateProxyKey(db, id, { enabled: false });
  await vi.waitFor(async () => expect(await statusOf('sk-new')).toBe(401), soon);
  await updateProxyKey(db, id, { enabled: true, allowed_models: ['relay/other'] });
  await vi.waitFor(async () => expect(await statusOf('sk-new')).toBe(403), soon);
  await revokeProxyKey(db, id, nowS());
  await vi.waitFor(async () => expect(await statusOf('sk-new')).toBe(401), soon);
});

test('the client’s credential reaches neither the upstream nor a log line, in any form', async () => {
  const { ask, provider, logLines } = await start();
  const headers = {
    authorization: `Bearer ${clientKey}`,
    'x-api-key': clientKey,
    'x-goog-api-key': clientKey,
    cookie: `session=${clientKey}`,
    'proxy-authorization': `Bearer ${clientKey}`,
    'api-key': clientKey,
  };
  for (const path of [chat, '/v1/responses', '/v1/messages', gemini]) {
    await ask(`${path}?key=${clientKey}`, { headers });
  }
  expect(provider.requests).toHaveLength(4);
  expect(JSON.stringify(provider.requests)).not.toContain(clientKey);
  expect(logLines.join()).not.toContain(clientKey);
});
