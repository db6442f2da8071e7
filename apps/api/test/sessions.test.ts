import { BlockList } from 'node:net';
import { listAdminSessions, listAudit } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { adminPassword, newTarget, openTestApi } from './open-test-api.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

async function logIn(api: TestApi, headers: Record<string, string> = {}) {
  const answer = await api.callWith(headers)('POST', '/api/admin/login', {
    password: adminPassword,
  });
  const setCookie = answer.headers.get('set-cookie') ?? '';
  const cookie = setCookie.split(';')[0] ?? '';
  return { ...answer, setCookie, as: api.callWith({ cookie }), cookie };
}

test('the right password starts a session, of whose token only the hash is stored', async () => {
  const api = await openTestApi();
  const { status, json, setCookie, cookie, headers, as } = await logIn(api, {
    'user-agent': 'a browser',
  });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    ok: true,
    item: { address: 'unknown', user_agent: 'a browser', expires_at: api.clock.now + 86_400 },
  });
  expect(setCookie).toMatch(
    /^api_monitor_admin_session=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  expect(headers.get('cache-control')).toBe('no-store');
  const rows = await api.db.kysely.selectFrom('admin_sessions').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(cookie.split('=')[1]);
  expect((await as('GET', '/api/admin/session')).json).toMatchObject({ second_factor: false });
  expect(api.logLines.join('')).not.toContain(adminPassword);
});

test('a session may do everything that the API token may', async () => {
  const { asSession } = await openTestApi();
  expect((await asSession('POST', '/api/targets', newTarget)).status).toBe(200);
  const { json } = await asSession('GET', '/api/targets');
  expect([json.permissions.role, json.items[0].can_operate]).toEqual(['admin', true]);
  expect((await asSession('GET', '/api/targets/1/secret')).json.item.api_key).toBe(
    newTarget.api_key,
  );
  expect((await asSession('GET', '/metrics')).status).toBe(200);
});

test('calls for admin sessions accept no token', async () => {
  const api = await openTestApi();
  const calls: [string, string, unknown?][] = [
    ['GET', '/api/admin/session'],
    ['GET', '/api/admin/sessions'],
    ['GET', '/api/admin/settings'],
    ['PATCH', '/api/admin/settings', { log_max_size_mb: 1 }],
    ['GET', '/api/admin/resources'],
    ['GET', '/api/admin/channels'],
    ['GET', '/api/proxy/keys'],
    ['POST', '/api/proxy/keys', { name: 'mine' }],
    ['POST', '/api/admin/logout'],
  ];
  for (const [method, path, body] of calls) {
    expect((await api.asNobody(method, path, body)).status, path).toBe(401);
    expect((await api.asVisitor(method, path, body)).status, path).toBe(403);
    const { status, json } = await api.asAdmin(method, path, body);
    expect([status, json.detail], path).toEqual([403, expect.stringContaining('admin session')]);
  }
});

test('behind a trusted proxy with TLS the cookie is Secure and the browser must use TLS', async () => {
  const trustedProxies = new BlockList();
  const headers = { 'x-forwarded-proto': 'https' };
  const untrusting = await openTestApi({ trustedProxies });
  const env = { incoming: { socket: { remoteAddress: '10.0.0.1' } } };
  const login = async (api: TestApi) => {
    const body = JSON.stringify({ password: adminPassword });
    const json = { ...headers, 'content-type': 'application/json' };
    const init = { method: 'POST', headers: json, body };
    return (await api.api.app.request('/api/admin/login', init, env as never)).headers;
  };
  const plain = await login(untrusting);
  expect(plain.get('set-cookie')).not.toContain('Secure');
  expect(plain.get('strict-transport-security')).toBeNull();
  trustedProxies.addSubnet('10.0.0.0', 8, 'ipv4');
  const secure = await login(untrusting);
  expect(secure.get('set-cookie')).toContain('Secure');
  expect(secure.get('strict-transport-security')).toBe('max-age=31536000');
});

test('a session ends after a day, at logout, and when another session revokes it', async () => {
  const api = await openTestApi();
  const [first, second, third] = [await logIn(api), await logIn(api), await logIn(api)];
  const { json } = await first.as('GET', '/api/admin/sessions');
  expect(json.items.map(({ current }: { current: boolean }) => current).filter(Boolean)).toEqual([
    true,
  ]);
  const logout = await first.as('POST', '/api/admin/logout');
  expect(logout.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await first.as('GET', '/api/admin/session')).status).toBe(401);
  const id = second.json.item.id;
  expect((await third.as('DELETE', `/api/admin/sessions/${id}`)).status).toBe(200);
  expect((await third.as('DELETE', `/api/admin/sessions/${id}`)).status).toBe(404);
  expect((await second.as('GET', '/api/targets')).status).toBe(401);
  api.clock.now += 86_401;
  expect((await third.as('GET', '/api/admin/session')).status).toBe(401);
  expect(await listAdminSessions(api.db, api.clock.now)).toEqual([]);
});

test('the time of last use is recorded to the minute', async () => {
  const api = await openTestApi();
  api.clock.now += 100;
  const { json } = await api.asSession('GET', '/api/admin/session');
  expect(json.item.last_seen_at).toBe(api.clock.now - 100);
  const again = await api.asSession('GET', '/api/admin/session');
  expect(again.json.item.last_seen_at).toBe(api.clock.now);
});

test("another site's page can change nothing with the session, and cannot log in", async () => {
  const api = await openTestApi();
  const { cookie } = await logIn(api);
  const foreign = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost' },
  ];
  for (const headers of foreign) {
    const as = api.callWith({ cookie, ...(headers as Record<string, string>) });
    expect((await as('POST', '/api/targets', newTarget)).status).toBe(403);
    expect((await as('POST', '/api/proxy/keys', { name: 'x' })).status).toBe(403);
    expect((await as('POST', '/api/admin/logout')).status).toBe(403);
    expect((await as('POST', '/api/admin/login', { password: adminPassword })).status).toBe(403);
    expect((await as('GET', '/api/targets')).status).toBe(200);
  }
  const own = api.callWith({ cookie, origin: 'http://localhost', host: 'localhost' });
  expect((await own('POST', '/api/targets', newTarget)).status).toBe(200);
});

test('eight wrong passwords in a minute block the address for half an hour, even with the right one', async () => {
  const api = await openTestApi();
  const guess = (password: string) => api.asNobody('POST', '/api/admin/login', { password });
  const answers = await Promise.all(Array.from({ length: 12 }, () => guess('wrong')));
  expect(answers.map(({ status }) => status)).toEqual([...Array(8).fill(401), 429, 429, 429, 429]);
  const blocked = await guess(adminPassword);
  expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1800']);
  expect((await api.asAdmin('GET', '/api/targets')).status).toBe(200);
  api.clock.now += 1801;
  expect((await guess(adminPassword)).status).toBe(200);
  const refused = await listAudit(api.db, { action: 'session.refused', limit: 100 });
  expect(refused.length).toBe(8);
});

test('a bad body is refused and does not count as an attempt', async () => {
  const api = await openTestApi();
  for (const body of [{}, { password: '' }, { password: 5 }, { password: 'x', user: 'y' }, []]) {
    const { status } = await api.asNobody('POST', '/api/admin/login', body);
    expect(status).toBe(400);
  }
  expect((await listAudit(api.db, { limit: 10 })).length).toBe(0);
});

test('a malformed or unknown cookie is no session', async () => {
  const api = await openTestApi();
  for (const token of ['', 'x', 'x'.repeat(43), '%00', `${'s'.repeat(43)}x`, '{"a":1}']) {
    const as = api.callWith({ cookie: `api_monitor_admin_session=${token}` });
    expect((await as('GET', '/api/admin/settings')).status, token).toBe(401);
  }
});

test('the event stream of a session ends with it', async () => {
  const api = await openTestApi();
  const { as, cookie } = await logIn(api);
  const stream = await api.api.app.request('/api/events', { headers: { cookie } });
  expect(stream.status).toBe(200);
  const reader = stream.body?.getReader();
  await reader?.read();
  await as('POST', '/api/admin/logout');
  expect((await reader?.read())?.done).toBe(true);
});

test("all other sessions end at once, and the caller's own stays", async () => {
  const api = await openTestApi();
  const [own, other] = [await logIn(api), await logIn(api)];
  const { json } = await own.as('DELETE', '/api/admin/sessions');
  expect(json).toEqual({ ok: true, count: 2 });
  expect((await other.as('GET', '/api/admin/session')).status).toBe(401);
  expect((await own.as('GET', '/api/admin/session')).status).toBe(200);
});
