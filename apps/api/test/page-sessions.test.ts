import { expect, test } from 'vitest';
import {
  adminToken,
  newTarget,
  openTestApi,
  sessionCookie,
  visitorToken,
} from './open-test-api.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

async function logIn(api: TestApi, body: object = { token: adminToken }) {
  const answer = await api.asNobody('POST', '/api/login', body);
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { ...answer, setCookie, cookie: setCookie.split(';')[0] ?? '' };
}

const mark = { 'x-requested-with': 'api-monitor' };

test('a page logs in with the token once and needs no Authorization after that', async () => {
  const api = await openTestApi();
  const { status, json, setCookie, cookie, headers } = await logIn(api);
  expect([status, json.role, headers.get('cache-control')]).toEqual([200, 'admin', 'no-store']);
  expect(setCookie).toMatch(
    /^api_monitor_page_[0-9a-f]{16}=[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  // What a proxy's own password check has the browser send doesn't matter.
  const as = api.callWith({ cookie, authorization: 'Basic dXNlcjp3b3Jk' });
  expect((await as('POST', '/api/targets', newTarget)).status).toBe(200);
  expect((await as('GET', '/api/targets')).json.permissions.role).toBe('admin');
  expect((await as('GET', '/api/admin/settings')).status).toBe(403);
  const [entry] = (await api.asSession('GET', '/api/admin/audit')).json.items;
  expect(entry).toMatchObject({ action: 'target.created', actor: 'api_token' });
  const logout = await as('POST', '/api/logout');
  expect(logout.headers.get('set-cookie')).toMatch(/=; Max-Age=0; Path=\//);
});

test('a visitor stays a visitor, and a remembered login outlives the browser', async () => {
  const api = await openTestApi();
  const { json, setCookie, cookie } = await logIn(api, { token: visitorToken, remember: true });
  expect([json.role, setCookie]).toEqual(['visitor', expect.stringContaining('Max-Age=34560000')]);
  const as = api.callWith({ cookie });
  expect((await as('GET', '/api/targets')).json.permissions.role).toBe('visitor');
  expect((await as('POST', '/api/targets', newTarget)).status).toBe(403);
});

test('a login ends with its token and its time, and its cookie counts as no guess', async () => {
  const api = await openTestApi();
  const { cookie } = await logIn(api);
  const as = api.callWith({ cookie });
  await api.asSession('PATCH', '/api/admin/settings', {
    api_monitor_token: 'another-token-0123456',
  });
  for (let call = 0; call < 40; call += 1) {
    expect((await as('GET', '/api/targets')).status).toBe(401);
  }
  const { cookie: later } = await logIn(api, { token: 'another-token-0123456' });
  expect((await api.callWith({ cookie: later })('GET', '/api/targets')).status).toBe(200);
  api.clock.now += 31 * 86_400;
  expect((await api.callWith({ cookie: later })('GET', '/api/targets')).status).toBe(401);
});

test('a wrong token counts as a guess, and a forged cookie is none at all', async () => {
  const api = await openTestApi();
  for (let guess = 0; guess < 30; guess += 1) {
    expect((await logIn(api, { token: `wrong-${guess}` })).status).toBe(401);
  }
  const blocked = await logIn(api, { token: 'wrong' });
  expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '600']);
  const { cookie } = await logIn(api);
  const [name = '', value = ''] = cookie.split('=');
  const middle = Math.floor(value.length / 2);
  const changed =
    value.slice(0, middle) + (value[middle] === 'A' ? 'B' : 'A') + value.slice(middle + 1);
  for (const forged of ['', 'x', value.slice(0, -8), changed, value.slice(8)]) {
    const as = api.callWith({ cookie: `${name}=${forged}` });
    expect((await as('GET', '/api/targets')).status, forged).toBe(401);
  }
});

test("another site's page can change nothing with the cookie", async () => {
  const api = await openTestApi();
  const { cookie } = await logIn(api);
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    const as = api.callWith({ cookie, ...(headers as Record<string, string>) });
    expect((await as('POST', '/api/targets', newTarget)).status).toBe(403);
    expect((await as('POST', '/api/logout')).status).toBe(403);
    expect((await as('POST', '/api/login', { token: adminToken })).status).toBe(403);
  }
});

test('a Bearer that a proxy adds to the calls of pages is not taken for a token', async () => {
  const api = await openTestApi();
  const authorization = 'Bearer id-token-of-the-proxy';
  const { cookie } = await logIn(api);
  for (const known of [cookie, sessionCookie]) {
    const as = api.callWith({ cookie: known, authorization, ...mark });
    for (let call = 0; call < 40; call += 1) {
      expect((await as('GET', '/api/targets')).json.permissions.role).toBe('admin');
    }
  }
  // A script's token counts, whatever cookie comes with it.
  const { cookie: visitor } = await logIn(api, { token: visitorToken });
  const script = api.callWith({ cookie: visitor, authorization: `Bearer ${adminToken}` });
  expect((await script('GET', '/api/targets')).json.permissions.role).toBe('admin');
  expect((await api.callWith({ authorization, cookie })('GET', '/api/targets')).status).toBe(401);
});

const behindProxy = { origin: 'http://monitor.lan:8088', host: '127.0.0.1:8081' };

test('a proxy that replaces Host stops no page of ours', async () => {
  const api = await openTestApi();
  const { cookie } = await logIn(api);
  const as = api.callWith({ cookie, ...behindProxy, ...mark });
  expect((await as('POST', '/api/targets', newTarget)).status).toBe(200);
});

test('a page of another origin can have nothing sent with the mark of ours', async () => {
  const api = await openTestApi();
  const { cookie } = await logIn(api);
  const as = api.callWith({ cookie, ...mark, 'sec-fetch-site': 'cross-site' });
  expect((await as('POST', '/api/targets', newTarget)).status).toBe(403);
  const preflight = await api.callWith({
    ...{ origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    'access-control-request-headers': 'x-requested-with',
  })('OPTIONS', '/api/targets');
  expect(preflight.status).toBe(404);
  expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-'))).toEqual([]);
});

test('who is refused because of Host is told what the proxy has to send', async () => {
  const api = await openTestApi();
  const { json, status } = await api.callWith(behindProxy)('POST', '/api/admin/login', {
    password: 'any',
  });
  expect(status).toBe(403);
  expect(json.detail).toContain('Origin is http://monitor.lan:8088, but Host is 127.0.0.1:8081');
  expect(json.detail).toContain('proxy_set_header Host $http_host;');
});
