import { fieldErrorCodes } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { adminToken, newTarget, openTestApi } from './open-test-api.ts';

type Call = [method: string, path: string, body: unknown, status: number, fields: object];

const targets = '/api/targets';
const keys = '/api/proxy/keys';
const settings = '/api/admin/settings';
const statusPage = '/api/admin/status-page';
const destinations = '/api/alerts/destinations';
const lines = (...items: object[]) => ({ items });
const long = (length: number) => 'x'.repeat(length);

/** On a monitor with one channel, asked by an admin session that is 20 minutes old. */
const calls: Call[] = [
  // A body, field by field.
  [
    'POST',
    targets,
    { name: 5, base_url: 'nowhere', interval_min: 0 },
    400,
    {
      name: { code: 'wrong_type' },
      base_url: { code: 'wrong_url' },
      interval_min: { code: 'too_small', bound: 1 },
    },
  ],
  [
    'POST',
    targets,
    { name: 'keyless', base_url: 'https://a.example' },
    400,
    { api_key: { code: 'required' } },
  ],
  [
    'POST',
    targets,
    { ...newTarget, source_url: 'javascript:alert(1)' },
    400,
    { source_url: { code: 'wrong_url' } },
  ],
  [
    'POST',
    targets,
    {
      ...newTarget,
      proxy_url: 'ftp://proxy.example',
      ca_certificate: 'no certificate',
      headers: ['Host: other.example'],
    },
    400,
    {
      proxy_url: { code: 'wrong_proxy' },
      ca_certificate: { code: 'wrong_certificate' },
      'headers.0': { code: 'wrong_header' },
    },
  ],
  [
    'POST',
    targets,
    {
      ...newTarget,
      model_aliases: ['a = b', 'gpt'],
      body_overrides: ['/model = "x"'],
      paths: ['chat = https://x.example'],
      prices: ['gpt-4o = 2.5'],
    },
    400,
    {
      'model_aliases.1': { code: 'wrong_alias' },
      'body_overrides.0': { code: 'wrong_override' },
      'paths.0': { code: 'wrong_path' },
      'prices.0': { code: 'wrong_price' },
    },
  ],
  ['POST', targets, { ...newTarget, name: '' }, 400, { name: { code: 'required' } }],
  [
    'POST',
    targets,
    { ...newTarget, name: long(129) },
    400,
    { name: { code: 'too_long', bound: 128 } },
  ],
  [
    'POST',
    targets,
    { ...newTarget, interval_min: 1441, max_models: 1.5 },
    400,
    { interval_min: { code: 'too_large', bound: 1440 }, max_models: { code: 'not_whole' } },
  ],
  [
    'POST',
    targets,
    { ...newTarget, anthropic_version: 'abc' },
    400,
    { anthropic_version: { code: 'too_short', bound: 4 } },
  ],
  [
    ...([
      'POST',
      targets,
      { ...newTarget, colour: 'red', selected_models: ['a', ''] },
      400,
    ] as const),
    { colour: { code: 'unknown_field' }, 'selected_models.1': { code: 'required' } },
  ],
  ['POST', `${targets}/reorder`, { ids: [] }, 400, { ids: { code: 'too_few', bound: 1 } }],
  ['POST', `${targets}/reorder`, { ids: [0] }, 400, { 'ids.0': { code: 'not_above', bound: 0 } }],
  ['POST', `${targets}/reorder`, { ids: [9] }, 400, { ids: { code: 'does_not_exist' } }],
  ['POST', `${targets}/reorder`, { ids: [1, 1] }, 400, { ids: { code: 'repeated' } }],
  // A query and a path.
  ['GET', `${targets}/1/logs?limit=x`, undefined, 400, { limit: { code: 'not_whole' } }],
  ['GET', `${targets}/1/logs?limit=0`, undefined, 400, { limit: { code: 'too_small', bound: 1 } }],
  [
    'GET',
    `${targets}/1/runs?limit=201`,
    undefined,
    400,
    { limit: { code: 'too_large', bound: 200 } },
  ],
  ['GET', `${targets}/1/logs?scope=some`, undefined, 400, { scope: { code: 'not_allowed' } }],
  ['GET', `${targets}/1/logs?run_id=7`, undefined, 404, { run_id: { code: 'does_not_exist' } }],
  ['GET', `${targets}/x`, undefined, 400, { id: { code: 'not_whole' } }],
  ['GET', '/api/models/analysis', undefined, 400, { model: { code: 'required' } }],
  ['GET', '/api/proxy/requests?key_id=me', undefined, 400, { key_id: { code: 'not_allowed' } }],
  ['GET', '/api/proxy/requests?from=soon', undefined, 400, { from: { code: 'wrong_type' } }],
  // Channels.
  ['POST', targets, newTarget, 409, { name: { code: 'taken' } }],
  [
    'POST',
    targets,
    { ...newTarget, base_url: 'http://localhost:8081' },
    400,
    { base_url: { code: 'own_address' } },
  ],
  ['PATCH', `${targets}/1`, { api_key: 'sk-aa…zz' }, 400, { api_key: { code: 'masked_form' } }],
  ['PATCH', `${targets}/1`, { api_key: 'a b' }, 400, { api_key: { code: 'wrong_format' } }],
  [
    'PATCH',
    `${targets}/1`,
    { base_url: 'https://other.example' },
    400,
    { api_key: { code: 'reenter_key' } },
  ],
  // The gateway's keys.
  ['POST', keys, { name: 'k', expires_at: 5 }, 400, { expires_at: { code: 'not_in_future' } }],
  [
    'POST',
    keys,
    { name: 'k', allowed_target_ids: [9] },
    400,
    { allowed_target_ids: { code: 'does_not_exist' } },
  ],
  [
    'POST',
    keys,
    { name: 'k', rpm_limit: 0, allowed_models: ['/gpt'] },
    400,
    { rpm_limit: { code: 'too_small', bound: 1 }, 'allowed_models.0': { code: 'wrong_format' } },
  ],
  [
    'POST',
    keys,
    { name: 'k', cost_per_day: 0, tokens_total: 1.5, budget_time_zone: 'Mars', max_price: 'x' },
    400,
    {
      cost_per_day: { code: 'not_above', bound: 0 },
      tokens_total: { code: 'not_whole' },
      budget_time_zone: { code: 'wrong_format' },
      max_price: { code: 'wrong_type' },
    },
  ],
  // Settings.
  [
    'PATCH',
    settings,
    { model_aliases: ['alone'] },
    400,
    { 'model_aliases.0': { code: 'wrong_aliases' } },
  ],
  [
    'PATCH',
    settings,
    { api_monitor_token: 'short' },
    400,
    { api_monitor_token: { code: 'too_short', bound: 8 } },
  ],
  [
    'PATCH',
    settings,
    { api_monitor_token: 'with a space' },
    400,
    { api_monitor_token: { code: 'wrong_format' } },
  ],
  [
    'PATCH',
    settings,
    { admin_panel_password: 'short' },
    400,
    { admin_panel_password: { code: 'too_short', bound: 8 } },
  ],
  [
    'PATCH',
    settings,
    { api_monitor_token: 'other…mask' },
    400,
    { api_monitor_token: { code: 'masked_form' } },
  ],
  [
    'PATCH',
    settings,
    { api_monitor_token_visitor: adminToken },
    400,
    { api_monitor_token_visitor: { code: 'same_as_api_token' } },
  ],
  [
    'PATCH',
    settings,
    { proxy_master_token: null },
    400,
    { proxy_master_token: { code: 'no_fallback' } },
  ],
  [
    'PATCH',
    settings,
    { admin_panel_password: 'long-enough' },
    403,
    { current_password: { code: 'required' } },
  ],
  [
    'PATCH',
    settings,
    { admin_panel_password: 'long-enough', current_password: 'a guess' },
    401,
    { current_password: { code: 'incorrect' } },
  ],
  // The status page.
  [
    'PATCH',
    statusPage,
    lines({ name: 'a', target_id: 9 }),
    400,
    { 'items.0.target_id': { code: 'does_not_exist' } },
  ],
  [
    'PATCH',
    statusPage,
    lines({ name: 'a', model: 'm', slug: 's' }, { name: 'b', model: 'm', slug: 's' }),
    400,
    { 'items.1.slug': { code: 'taken' } },
  ],
  ['PATCH', statusPage, lines({ name: 'a' }), 400, { 'items.0': { code: 'required' } }],
  [
    'PATCH',
    statusPage,
    lines({ name: 'a', model: 'm', slug: 'A B' }),
    400,
    { 'items.0.slug': { code: 'wrong_format' } },
  ],
  [
    'PATCH',
    statusPage,
    lines(...Array(101).fill({ name: 'a', model: 'm' })),
    400,
    { items: { code: 'too_many', bound: 100 } },
  ],
  // Logins.
  [
    'POST',
    destinations,
    {
      name: 'a',
      kind: 'discord',
      config: { webhook_url: 'https://hooks.slack.com/services/T0/B0/x' },
    },
    400,
    { 'config.webhook_url': { code: 'other_service' } },
  ],
  [
    'POST',
    destinations,
    { name: 'a', kind: 'webhook', config: { url: 'https://a.example', template: '{"a": ' } },
    400,
    { 'config.template': { code: 'wrong_template' } },
  ],
  ['POST', '/api/admin/login', {}, 400, { password: { code: 'required' } }],
  ['POST', '/api/admin/login', { password: 'a guess' }, 401, { password: { code: 'incorrect' } }],
];

test.each(calls)('%s %s %j: %i %j', async (method, path, body, status, fields) => {
  const api = await openTestApi({ listener: () => ({ host: undefined, port: 8081 }) });
  await api.asSession('POST', targets, newTarget);
  api.clock.now += 20 * 60;
  const answer = await api.asSession(method, path, body);
  expect([answer.status, answer.json.fields]).toEqual([status, fields]);
  expect(answer.json.detail).toBeTypeOf('string');
});

test('a code of a second factor that is missing or wrong is named', async () => {
  const { asSession, asNobody, db } = await openTestApi();
  const path = '/api/admin/second-factor';
  await asSession('POST', path, {});
  const wrong = await asSession('POST', `${path}/confirm`, { code: '000000' });
  expect(wrong.json.fields).toEqual({ code: { code: 'incorrect' } });
  await db.kysely.updateTable('second_factor').set({ confirmed_at: 1 }).execute();
  const password = 'the-panel-password';
  const missing = await asNobody('POST', '/api/admin/login', { password });
  expect(missing.json.fields).toEqual({ code: { code: 'required' } });
});

test('each refused entry of an import has its fields', async () => {
  const { asSession } = await openTestApi({ listener: () => ({ host: undefined, port: 8081 }) });
  await asSession('POST', targets, newTarget);
  const { json } = await asSession('POST', '/api/admin/channels/import?dry_run=1', [
    { name: 'a', base_url: 'https://a.example', api_key: 'k' },
    { name: 'a', base_url: 'https://a.example', api_key: 'k' },
    { name: 'b', base_url: 'https://b.example' },
    { name: 'relay', base_url: 'https://other.example' },
    { name: 'c', base_url: 'http://localhost:8081', api_key: 'k' },
    { base_url: 5, colour: 'red', interval_min: 1441 },
    'nonsense',
  ]);
  expect(json.items.map(({ fields }: { fields: object }) => fields)).toEqual([
    {},
    { name: { code: 'repeated' } },
    // Without a key it comes in paused.
    {},
    { api_key: { code: 'reenter_key' } },
    { base_url: { code: 'own_address' } },
    {
      name: { code: 'required' },
      base_url: { code: 'wrong_type' },
      interval_min: { code: 'too_large', bound: 1440 },
      colour: { code: 'unknown_field' },
    },
    {},
  ]);
});

test('a refusal that concerns no field names none', async () => {
  const { asAdmin } = await openTestApi();
  for (const [method, path, body] of [
    ['POST', targets, '[]'],
    ['POST', targets, 'not json'],
    ['GET', `${targets}/9`, undefined],
    ['GET', '/api/admin/settings', undefined],
  ] as const) {
    expect((await asAdmin(method, path, body)).json).not.toHaveProperty('fields');
  }
});

test('thousands of bad fields are answered with twenty', async () => {
  const { asAdmin } = await openTestApi();
  const selected_models = Array(5000).fill('');
  const { json } = await asAdmin('POST', targets, { ...newTarget, selected_models });
  expect(Object.keys(json.fields)).toHaveLength(20);
});

/** They need a file, or a channel that a file set: `managed-by-code.test.ts` and `import-identity.test.ts` have them. */
const codesOfFiles: readonly string[] = ['needs_key', 'managed_by_code'];

test('every code is answered by some call here, but those of files', () => {
  const here = JSON.stringify(calls);
  const others = fieldErrorCodes.filter((code) => !codesOfFiles.includes(code));
  for (const code of others) expect(here).toContain(`"code":"${code}"`);
});
