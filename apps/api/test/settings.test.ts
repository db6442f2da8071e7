import type { MonitorEvent } from '@api-monitor/core';
import { getSetting, listAudit, readSettings } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { adminPassword, adminToken, newTarget, openTestApi } from './open-test-api.ts';

const path = '/api/admin/settings';

test('the settings have their sources, and masked secrets', async () => {
  const { asSession } = await openTestApi();
  const { json, text } = await asSession('GET', path);
  expect(json.item).toEqual({
    api_monitor_token: 'admin…6789',
    api_monitor_token_visitor: 'visit…6789',
    admin_panel_password: '…',
    proxy_master_token: '…',
    visitor_mode_enabled: false,
    log_cleanup_enabled: true,
    log_max_size_mb: 500,
    default_interval_min: 30,
    probe_requests_per_day: 0,
    probe_tokens_per_day: 0,
    model_aliases: [],
    dismissed_aliases: [],
    routing_policy: 'latency',
    bare_models: true,
    patience_s: 120,
    prices: [],
    currency: 'USD',
    price_source: '',
    spread: 1.25,
    price_tolerance: 1.05,
    sources: {
      api_monitor_token: 'environment',
      api_monitor_token_visitor: 'environment',
      admin_panel_password: 'generated',
      proxy_master_token: 'default',
      visitor_mode_enabled: 'default',
      log_cleanup_enabled: 'default',
      log_max_size_mb: 'default',
      default_interval_min: 'default',
      probe_requests_per_day: 'default',
      probe_tokens_per_day: 'default',
      model_aliases: 'default',
      dismissed_aliases: 'default',
      routing_policy: 'default',
      bare_models: 'default',
      patience_s: 'default',
      prices: 'default',
      currency: 'default',
      price_source: 'default',
      spread: 'default',
      price_tolerance: 'default',
    },
  });
  expect(text).not.toContain(adminToken);
});

test('settings that are read and sent back change nothing', async () => {
  const { asSession, asAdmin, db } = await openTestApi();
  const { item } = (await asSession('GET', path)).json;
  const { status, json } = await asSession('PATCH', path, item);
  expect([status, json.item]).toEqual([200, item]);
  expect(await getSetting(db, 'runtime_api_monitor_token')).toBeNull();
  expect((await asAdmin('GET', '/api/targets')).status).toBe(200);
});

test('a new token works at once, and the old one stops working', async () => {
  const api = await openTestApi();
  const events: MonitorEvent[] = [];
  api.bus.events.subscribe(({ event }) => events.push(event));
  const { json } = await api.asSession('PATCH', path, { api_monitor_token: 'rotated-token-1' });
  expect(json.item.sources.api_monitor_token).toBe('admin');
  expect((await api.asAdmin('GET', '/api/targets')).status).toBe(401);
  expect((await api.withToken('rotated-token-1')('GET', '/api/targets')).status).toBe(200);
  const keys = ['runtime_api_monitor_token'];
  expect(events).toEqual([{ type: 'settings_changed', data: { keys } }]);
  expect(JSON.stringify(events)).not.toContain('rotated-token-1');
  await api.asSession('PATCH', path, { api_monitor_token: null });
  expect((await api.asAdmin('GET', '/api/targets')).status).toBe(200);
});

test('an event stream ends when its token stops working', async () => {
  const api = await openTestApi();
  const stream = await api.api.app.request(`/api/events?token=${adminToken}`);
  const reader = stream.body?.getReader();
  await reader?.read();
  await api.asSession('PATCH', path, { api_monitor_token: 'rotated-token-1' });
  expect((await reader?.read())?.done).toBe(true);
});

test('switches and numbers apply, and null goes back to the environment', async () => {
  const { asSession, asNobody, db } = await openTestApi();
  const changed = { visitor_mode_enabled: true, log_max_size_mb: 7, default_interval_min: 5 };
  const { json } = await asSession('PATCH', path, changed);
  expect(json.item).toMatchObject(changed);
  expect(json.item.sources).toMatchObject({
    log_max_size_mb: 'admin',
    log_cleanup_enabled: 'default',
  });
  expect(await readSettings(db)).toMatchObject(changed);
  expect((await asNobody('GET', '/api/targets')).status).toBe(200);
  expect((await asSession('POST', '/api/targets', newTarget)).json.item.interval_min).toBe(5);
  const back = await asSession('PATCH', path, { log_max_size_mb: null });
  expect([back.json.item.log_max_size_mb, back.json.item.sources.log_max_size_mb]).toEqual([
    500,
    'default',
  ]);
});

test('the gateway’s settings have bounds, sources and a line in the audit log', async () => {
  const { asSession, db } = await openTestApi({
    givenSettings: { routing_policy: 'round-robin', patience_s: 60 },
  });
  const { item } = (await asSession('GET', path)).json;
  expect(item).toMatchObject({ routing_policy: 'round-robin', bare_models: true, patience_s: 60 });
  expect(item.sources).toMatchObject({
    ...{ routing_policy: 'environment', patience_s: 'environment' },
    ...{ bare_models: 'default', spread: 'default' },
  });
  const patch = { routing_policy: 'weighted', bare_models: false, spread: 1.5, patience_s: 30 };
  const changed = (await asSession('PATCH', path, patch)).json.item;
  expect(changed).toMatchObject(patch);
  expect(changed.sources).toMatchObject({ routing_policy: 'admin', spread: 'admin' });
  const [line] = await listAudit(db, { limit: 1 });
  expect([
    line?.action,
    line?.changes.map(({ field, old, new: now }) => [field, old, now]),
  ]).toEqual([
    'settings.changed',
    [
      ['routing_policy', 'round-robin', 'weighted'],
      ['bare_models', true, false],
      ['patience_s', 60, 30],
      ['spread', 1.25, 1.5],
    ],
  ]);
  const back = (await asSession('PATCH', path, { routing_policy: null, spread: null })).json.item;
  expect(back).toMatchObject({ routing_policy: 'round-robin', spread: 1.25 });
  for (const wrong of [
    { routing_policy: 'cheapest' },
    { price_tolerance: 11 },
    { patience_s: 0 },
    { patience_s: 1.5 },
    { spread: 0.9 },
    { bare_models: 'no' },
  ]) {
    const { status, json } = await asSession('PATCH', path, wrong);
    expect([status, Object.keys(json.fields)]).toEqual([400, Object.keys(wrong)]);
  }
});

test('a new password is stored as its hash and ends every other session', async () => {
  const api = await openTestApi();
  const login = (password: string) => api.asNobody('POST', '/api/admin/login', { password });
  const other = await login(adminPassword);
  const cookie = other.headers.get('set-cookie')?.split(';')[0] ?? '';
  await api.asSession('PATCH', path, { admin_panel_password: 'another-password' });
  expect((await api.callWith({ cookie })('GET', '/api/admin/session')).status).toBe(401);
  expect((await api.asSession('GET', '/api/admin/session')).status).toBe(200);
  expect((await login(adminPassword)).status).toBe(401);
  expect((await login('another-password')).status).toBe(200);
  const rows = await api.db.kysely.selectFrom('app_settings').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain('another-password');
});

test('an older session changes the password only with the current one', async () => {
  const api = await openTestApi();
  const change = (body: object) => api.asSession('PATCH', path, body);
  const login = (password: string) => api.asNobody('POST', '/api/admin/login', { password });
  api.clock.now += 15 * 60;
  const without = await change({ admin_panel_password: 'another-password' });
  expect([without.status, without.json.reason]).toEqual([403, 'current_password_required']);
  const back = await change({ admin_panel_password: null });
  expect([back.status, back.json.reason]).toEqual([403, 'current_password_required']);
  const guess = { admin_panel_password: 'another-password', current_password: 'a guess' };
  const wrong = await change({ ...guess, default_interval_min: 9 });
  expect([wrong.status, wrong.json.reason]).toEqual([401, 'wrong_password']);
  expect((await change({})).json.item).toMatchObject({ default_interval_min: 30 });
  expect((await login(adminPassword)).status).toBe(200);
  const right = { admin_panel_password: 'another-password', current_password: adminPassword };
  expect((await change(right)).json.item.sources.admin_panel_password).toBe('admin');
  expect((await login('another-password')).status).toBe(200);
  // The masked password changes nothing, so it needs no current password.
  expect((await change({ admin_panel_password: '…', log_max_size_mb: 7 })).status).toBe(200);
  const audit = JSON.stringify(await listAudit(api.db, { limit: 20 }));
  expect(audit).not.toMatch(/a guess|another-password|the-panel-password/);
  expect(api.logLines.join('')).not.toMatch(/a guess|another-password|the-panel-password/);
});

test('a wrong current password is refused on a fresh session too', async () => {
  const api = await openTestApi();
  const body = { admin_panel_password: 'another-password', current_password: 'a guess' };
  expect((await api.asSession('PATCH', path, body)).status).toBe(401);
  const login = { password: 'another-password' };
  expect((await api.asNobody('POST', '/api/admin/login', login)).status).toBe(401);
});

test('guesses at the current password count as failed logins', async () => {
  const api = await openTestApi();
  const guess = (current_password: string) =>
    api.asSession('PATCH', path, { admin_panel_password: 'another-password', current_password });
  for (let i = 0; i < 8; i += 1) expect((await guess('wrong')).status).toBe(401);
  const blocked = await guess(adminPassword);
  expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '1800']);
  const login = { password: adminPassword };
  expect((await api.asNobody('POST', '/api/admin/login', login)).status).toBe(429);
  const refused = await listAudit(api.db, { action: 'password.refused', limit: 20 });
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject({ actor: 'session', session_id: 1 });
});

test.each([
  [{ log_max_size_mb: 102_401 }, 'log_max_size_mb must be at most 102400'],
  [{ log_max_size_mb: 1.5 }, 'log_max_size_mb must be a whole number'],
  [{ default_interval_min: 0 }, 'default_interval_min must be at least 1'],
  [{ visitor_mode_enabled: 'yes' }, 'visitor_mode_enabled must be a boolean'],
  [{ api_monitor_token: 'short' }, 'api_monitor_token must have 8 to 256'],
  [{ api_monitor_token: 'with space' }, 'api_monitor_token must have 8 to 256'],
  [{ proxy_master_token: 'too-short' }, 'proxy_master_token must have 16 to 256'],
  [{ admin_panel_password: 'short' }, 'admin_panel_password must have 8 to 256'],
  [{ api_monitor_token: 'other…mask' }, 'api_monitor_token is the masked form of another'],
  [
    { api_monitor_token_visitor: adminToken },
    'api_monitor_token_visitor must not be the API token',
  ],
  [{ proxy_master_token: null }, 'proxy_master_token has nothing to go back to'],
  [
    { admin_panel_password: 'long-enough', current_password: '' },
    'current_password must not be empty',
  ],
  [{ log_size: 5 }, 'unknown field "log_size"'],
])('%j is refused: %s', async (body, fault) => {
  const { asSession } = await openTestApi();
  const before = (await asSession('GET', path)).json;
  const { status, json } = await asSession('PATCH', path, { default_interval_min: 9, ...body });
  expect([status, json.detail]).toEqual([400, expect.stringContaining(fault)]);
  expect((await asSession('GET', path)).json).toEqual(before);
});

test('the audit log says what changed, without secrets', async () => {
  const api = await openTestApi();
  await api.asSession('PATCH', path, {
    proxy_master_token: 'sk-a-new-master-token',
    log_max_size_mb: 7,
  });
  const [entry] = await listAudit(api.db, { limit: 1 });
  expect(entry).toMatchObject({ action: 'settings.changed', actor: 'session', session_id: 1 });
  expect(entry?.changes).toEqual([
    { field: 'proxy_master_token', old: '[secret]', new: '[secret]' },
    { field: 'log_max_size_mb', old: 500, new: 7 },
  ]);
  expect(api.logLines.join('')).not.toContain('sk-a-new-master-token');
});

test('groups of names are set as lines; a bad one, or a name in two groups, is refused by its field', async () => {
  const { asSession, db } = await openTestApi();
  const model_aliases = ['sonnet = claude-sonnet-4-5 = anthropic/claude-sonnet-4.5', 'a = b'];
  const { json } = await asSession('PATCH', path, { model_aliases });
  expect(json.item).toMatchObject({ model_aliases, sources: { model_aliases: 'admin' } });
  const [entry] = await listAudit(db, { limit: 1 });
  expect(entry).toMatchObject({
    action: 'settings.changed',
    changes: [{ field: 'model_aliases', old: '[]', new: JSON.stringify(model_aliases) }],
  });
  const refused = async (lines: string[]) =>
    (await asSession('PATCH', path, { model_aliases: lines })).json;
  expect(await refused(['a = b', 'alone'])).toMatchObject({
    fields: { 'model_aliases.1': { code: 'wrong_aliases' } },
  });
  expect(await refused(['a = b', 'c = b'])).toMatchObject({
    detail: expect.stringContaining('"b" in one group only'),
    fields: { model_aliases: { code: 'repeated' } },
  });
  expect((await asSession('PATCH', path, { model_aliases: [] })).json.item.model_aliases).toEqual(
    [],
  );
});
