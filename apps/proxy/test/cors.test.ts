import { expect, test } from 'vitest';
import { type CorsOrigins, parseCorsOrigins } from '../src/cors.ts';
import { type Call, call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

const app = 'https://app.example';
const chat = '/v1/chat/completions';
const preflight = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type',
};

async function start(corsOrigins: CorsOrigins) {
  const provider = await providerForTest();
  const channels = { relay: { origin: provider.origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, options: { corsOrigins } });
  const ask = (path: string, given: Call) => call(gateway.origin, path, { ...given });
  return { ...gateway, ask };
}

test('without origins no page may call: a preflight is a 405, and no answer names an origin', async () => {
  const { ask } = await start([]);
  const asked = await ask(chat, { method: 'OPTIONS', headers: { origin: app, ...preflight } });
  expect(asked.status).toBe(405);
  const answer = await ask(chat, { body: chatTo('relay/m'), headers: { origin: app } });
  expect(answer.status).toBe(200);
  for (const { headers } of [asked, answer]) {
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

test('a page of a listed origin may call, and read what it needs', async () => {
  const { ask } = await start([app]);
  const headers = { origin: app, ...preflight };
  const asked = await ask(chat, { method: 'OPTIONS', headers, key: null });
  expect(asked.status).toBe(204);
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': app,
    'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
    'access-control-allow-headers': 'authorization,content-type',
    vary: 'Origin',
  });
  for (const body of [chatTo('relay/m'), chatTo('nowhere/m')]) {
    const answer = await ask(chat, { body, headers: { origin: app } });
    expect(answer.headers['access-control-allow-origin']).toBe(app);
    expect(answer.headers['access-control-expose-headers']).toContain('x-proxy-target-id');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  }
  const refused = await ask(chat, { body: {}, headers: { origin: app }, key: null });
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, app]);
});

test('a page of another origin may not, even if its spelling is similar', async () => {
  const { ask } = await start([app]);
  for (const origin of ['https://evil.example', `${app}.evil.example`, 'null', `${app}:8443`]) {
    const asked = await ask(chat, { method: 'OPTIONS', headers: { origin, ...preflight } });
    expect([asked.status, asked.headers['access-control-allow-origin']]).toEqual([405, undefined]);
    const answer = await ask(chat, { body: chatTo('relay/m'), headers: { origin } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('with a star every page may call the gateway, but not the monitor', async () => {
  const { ask } = await start('*');
  const headers = { origin: 'https://any.example', ...preflight };
  const asked = await ask('/v1/models', { method: 'OPTIONS', headers });
  expect(asked.headers['access-control-allow-origin']).toBe('*');
  expect((await ask('/api/targets', { method: 'OPTIONS', headers })).status).toBe(404);
});

test('text that isn’t a header’s name isn’t repeated', async () => {
  const { ask } = await start([app]);
  const odd = { ...preflight, 'access-control-request-headers': 'x: y; <z>' };
  const asked = await ask(chat, { method: 'OPTIONS', headers: { origin: app, ...odd } });
  expect([asked.status, asked.headers['access-control-allow-headers']]).toEqual([204, undefined]);
});

test('the setting reads origins or a star, and refuses the rest', () => {
  expect(parseCorsOrigins('')).toEqual([]);
  expect(parseCorsOrigins('*')).toBe('*');
  expect(parseCorsOrigins(`${app}, http://localhost:3000`)).toEqual([app, 'http://localhost:3000']);
  for (const text of ['app.example', `${app}/`, `${app}/path`, `*,${app}`, 'null', '*.example']) {
    expect(parseCorsOrigins(text), text).toBeNull();
  }
});
