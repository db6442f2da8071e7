import {
  fieldsFreeOfCode,
  sensitiveTargetFields,
  type TargetInput,
  targetDefaults,
  targetFieldSchemas,
} from '@api-monitor/core';
import { listAudit, listTargets, openTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { everyField } from './every-field.ts';
import { longestTurn } from './longest-turn.ts';
import { adminToken, newTarget, openTestApi } from './open-test-api.ts';

const paths = { export: '/api/channels/export', plan: '/api/channels/plan' };
const apply = '/api/channels/apply';

const relay = `# the first one
name: relay
base_url: https://relay.example
api_key: \${RELAY_KEY}
`;
const variables = { RELAY_KEY: 'sk-relay-0123456789' };

function input(files: Record<string, string>, values: Record<string, string> = variables) {
  const list = Object.entries(files).map(([path, text]) => ({ path: `channels/${path}`, text }));
  return { files: list, variables: values };
}

type Item = Record<'name' | 'file' | 'outcome', string> & { changes: { field: string }[] };

function outcomes(json: { items: Item[] }) {
  return json.items.map(({ name, outcome }) => `${outcome} ${name}`);
}

/** Files as they are exported, under the name of their folder. */
async function exported(api: Awaited<ReturnType<typeof openTestApi>>, query: string) {
  const { json } = await api.asAdmin('GET', `${paths.export}?values=1&${query}`);
  const files = json.files.map((file: { path: string }) => ({
    ...file,
    path: `channels/${file.path}`,
  }));
  return { files, variables: json.variables };
}

test('a plan says what would change and writes nothing, an apply does it, and then there is nothing to do', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', {
    ...newTarget,
    base_url: 'https://relay.example',
    interval_min: 5,
    models: ['a', 'b'],
  });
  const files = input({
    'relay.yaml': `${relay}models: [b, c]\n`,
    'more.json':
      '{"channels": [{"name": "new", "base_url": "https://new.example", "api_key": "sk-new", "tags": ["x"]}]}',
  });
  const plan = await api.asAdmin('POST', paths.plan, files);
  expect(plan.json.counts).toEqual({ created: 1, changed: 1, unchanged: 0, deleted: 0, left: 0 });
  expect(plan.json.items).toEqual([
    {
      name: 'relay',
      file: 'channels/relay.yaml',
      outcome: 'changed',
      changes: [
        { field: 'api_key', old: '[secret]', new: '[secret]' },
        { field: 'interval_min', old: 5, new: 30 },
        { field: 'models', old: '["a","b"]', new: '["b","c"]', added: ['c'], removed: ['a'] },
        { field: 'managed_by', old: null, new: 'channels/relay.yaml' },
      ],
    },
    {
      name: 'new',
      file: 'channels/more.json',
      outcome: 'created',
      changes: [
        { field: 'base_url', old: null, new: 'https://new.example' },
        { field: 'api_key', old: null, new: '[secret]' },
        { field: 'tags', old: null, new: '["x"]' },
      ],
    },
  ]);
  expect(await listTargets(api.db)).toMatchObject([{ interval_min: 5, managed_by: null }]);

  expect((await api.asAdmin('POST', apply, files)).json).toEqual(plan.json);
  const [first, second] = await listTargets(api.db);
  expect(first).toMatchObject({ interval_min: 30, managed_by: 'channels/relay.yaml' });
  expect(second).toMatchObject({ name: 'new', tags: ['x'], managed_by: 'channels/more.json' });
  expect(first && openTarget(api.db, first).api_key).toBe(variables.RELAY_KEY);
  const log = await listAudit(api.db, { limit: 10 });
  expect(log.map(({ actor, action, subject_name }) => [actor, action, subject_name])).toEqual([
    ['api_token', 'channels.imported', ''],
    ['api_token', 'target.created', 'new'],
    ['api_token', 'target.changed', 'relay'],
    ['api_token', 'target.created', 'relay'],
  ]);
  expect(JSON.stringify(log)).not.toContain('sk-');

  for (const path of [paths.plan, apply]) {
    const { json } = await api.asAdmin('POST', path, files);
    expect(outcomes(json)).toEqual(['unchanged relay', 'unchanged new']);
  }
  expect(await listAudit(api.db, { limit: 10 })).toEqual(log);
  expect(await listTargets(api.db)).toEqual([first, second]);
});

test.each(['format=yaml', 'format=json', 'format=yaml&one_file=1', 'format=json&one_file=1'])(
  'every field survives an export with %s, here and in another monitor',
  async (query) => {
    // A new field belongs into `everyField`.
    expect(Object.keys(everyField).sort()).toEqual(Object.keys(targetFieldSchemas).sort());
    for (const [field, value] of Object.entries(everyField)) {
      expect(value, field).not.toEqual(targetDefaults[field as keyof typeof targetDefaults]);
    }
    const api = await openTestApi();
    await api.asAdmin('POST', '/api/targets', everyField);
    const hard = { prompt: `say \${HOME}, $\${HOME} and \${client:X}`, tags: [`\${NAME}`] };
    for (const name of ['NULL', 'true', '0x10', '官转 (2)', '- a: #b']) {
      await api.asAdmin('POST', '/api/targets', { ...newTarget, name, ...hard });
    }
    const stored = await listTargets(api.db);
    const files = await exported(api, query);
    const { json } = await api.asAdmin('POST', paths.plan, files);
    const fields = json.items.flatMap(({ changes }: Item) => changes.map(({ field }) => field));
    expect(fields).toEqual(Array(6).fill('managed_by'));
    await api.asAdmin('POST', apply, files);
    const again = await api.asAdmin('POST', paths.plan, files);
    expect(again.json.counts).toMatchObject({ unchanged: 6, changed: 0, created: 0 });
    const now = await listTargets(api.db);
    const opened = now.map((target) => openTarget(api.db, target));
    const changing = { managed_by: expect.any(String), updated_at: expect.any(Number) };
    expect(opened).toEqual(
      stored.map((target) => ({ ...openTarget(api.db, target), ...changing })),
    );

    const other = await openTestApi();
    await other.asAdmin('POST', apply, files);
    const copies = (await listTargets(other.db)).map((target) => openTarget(other.db, target));
    const settable = (target: TargetInput) =>
      Object.fromEntries(Object.keys(everyField).map((field) => [field, { ...target }[field]]));
    expect(copies.map(settable)).toEqual(opened.map(settable));
  },
  60_000,
);

/** The texts in a secret, except for the names of its parts and for the removed headers. */
function secretsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '-X-Two' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === 'name' ? [] : secretsIn(part)));
}

test('an export has no secrets unless they are asked for, and the names of their variables stay', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', everyField);
  await api.asAdmin('POST', '/api/targets', newTarget);
  const without = await api.asAdmin('GET', paths.export);
  const texts = without.json.files.map(({ text }: { text: string }) => text).join('');
  const values = sensitiveTargetFields.flatMap((field) => secretsIn(everyField[field]));
  expect(values).toHaveLength(7);
  expect(values.filter((value) => texts.includes(value))).toEqual([]);
  expect(texts).not.toMatch(/sk-|=1, .2/);
  expect(without.json.variables).toEqual({
    CHANNEL_1_1_X_NULL_1C8F8D_KEYS_1_X_3_API_KEY: '',
    CHANNEL_1_1_X_NULL_1C8F8D_KEYS_B_C_API_KEY: '',
    CHANNEL_1_1_X_NULL_1C8F8D_KEYS_C_API_KEY: '',
    CHANNEL_1_1_X_NULL_1C8F8D_PROXY_URL: '',
    CHANNEL_1_1_X_NULL_1C8F8D_HEADER_X_ONE: '',
    CHANNEL_1_1_X_NULL_1C8F8D_HEADER_USER_AGENT: '',
    CHANNEL_RELAY_API_KEY: '',
  });
  expect(without.json.files.at(-1)).toEqual({
    path: 'relay.yaml',
    text: [
      'name: relay',
      'base_url: https://relay.example',
      `api_key: \${CHANNEL_RELAY_API_KEY}`,
      'interval_min: 30',
      'sort_order: 10\n',
    ].join('\n'),
  });
  const { json } = await api.asAdmin('GET', `${paths.export}?values=1`);
  expect(json.variables.CHANNEL_RELAY_API_KEY).toBe(newTarget.api_key);
  const log = await listAudit(api.db, { action: 'channels.exported', limit: 2 });
  expect(log.map(({ changes }) => changes[0]?.new)).toEqual([true, false]);
});

test('a plan shows no value of a variable, whatever field refers to it', async () => {
  const api = await openTestApi();
  const secret = 'sk-of-another-service';
  const refers = `user_agent: \${OTHER}\nmodels: [a, "\${OTHER}"]\ntags: [cheap]\n`;
  const files = input({ 'relay.yaml': relay + refers }, { ...variables, OTHER: secret });
  for (const path of [paths.plan, apply]) {
    const { json } = await api.asAdmin('POST', path, files);
    expect(JSON.stringify(json)).not.toContain(secret);
    expect(json.items[0].changes).toContainEqual({
      ...{ field: 'user_agent', old: null, new: '[secret]' },
    });
    expect(json.items[0].changes).toContainEqual(
      expect.objectContaining({ field: 'tags', new: '["cheap"]' }),
    );
  }
});

test('if anything is refused, nothing is written, and each fault has its file, line and field', async () => {
  const api = await openTestApi();
  const files = input({
    'a.yaml': relay,
    'b.yaml': `channels:
  - name: bad
    base_url: https://bad.example
    api_key: \${MISSING}
    interval_min: 0
  - base_url: nowhere
  - name: keyless
    base_url: https://keyless.example
`,
    'c.yaml': `\n${relay}`,
  });
  for (const path of [paths.plan, apply]) {
    const { status, json } = await api.asAdmin('POST', path, files);
    expect(status).toBe(400);
    expect(json.detail.split('\n')).toEqual([
      'channels/b.yaml:4 ("bad"): api_key: MISSING is not set',
      'channels/b.yaml:5 ("bad"): interval_min must be at least 1',
      'channels/b.yaml:6: name is required; base_url must be an http:// or https:// address',
      'channels/b.yaml:7 ("keyless"): api_key is required for a new channel',
      'channels/c.yaml:3 ("relay"): name is that of another channel, at channels/a.yaml:2',
    ]);
  }
  expect(await listTargets(api.db)).toEqual([]);
});

test('what code left is deleted with prune alone, and what people made or others keep as code never is', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', { ...newTarget, name: 'by hand' });
  const entry = (name: string) =>
    `{name: ${name}, base_url: "https://${name}.example", api_key: k}`;
  await api.asAdmin('POST', apply, {
    files: [{ path: 'others/c.yaml', text: entry('theirs') }],
  });
  await api.asAdmin('POST', apply, input({ 'a.yaml': entry('a'), 'b.yaml': entry('b') }));
  const files = input({ 'a.yaml': entry('a') });
  const kept = await api.asAdmin('POST', apply, files);
  expect(outcomes(kept.json)).toEqual(['unchanged a', 'left b']);
  const plan = await api.asAdmin('POST', `${paths.plan}?prune=true`, files);
  expect(outcomes(plan.json)).toEqual(['unchanged a', 'deleted b']);
  expect(await listTargets(api.db)).toHaveLength(4);
  const pruned = await api.asAdmin('POST', `${apply}?prune=true`, files);
  expect(pruned.json).toEqual(plan.json);
  const names = (await listTargets(api.db)).map(({ name }) => name);
  expect(names).toEqual(['by hand', 'theirs', 'a']);
  const [last] = await listAudit(api.db, { limit: 1 });
  expect(last).toMatchObject({ action: 'target.deleted', subject_name: 'b', actor: 'api_token' });
});

test('a file that leaves out secrets, the pause or the order removes none of them', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', { ...everyField, name: 'full' });
  const { base_url } = everyField;
  const kept = [...fieldsFreeOfCode, ...sensitiveTargetFields];
  const fields = Object.entries(everyField).filter(([field]) => kept.includes(field));
  const files = input({ 'full.yaml': `name: full\nbase_url: ${base_url}\n` });
  await api.asAdmin('POST', apply, files);
  const [target] = await listTargets(api.db);
  expect(target && openTarget(api.db, target)).toMatchObject({
    ...targetDefaults,
    interval_min: 30,
    ...Object.fromEntries(fields),
  });
  await api.asAdmin('PATCH', '/api/targets/1', { enabled: true });
  expect(outcomes((await api.asAdmin('POST', paths.plan, files)).json)).toEqual(['unchanged full']);
});

test('a released channel belongs to people, until code is applied again', async () => {
  const api = await openTestApi();
  const files = input({ 'relay.yaml': relay });
  await api.asAdmin('POST', apply, files);
  const release = (body: object) => api.asAdmin('POST', '/api/channels/release', body);
  expect((await release({ names: ['nobody'] })).json.fields).toEqual({
    names: { code: 'does_not_exist' },
  });
  expect((await release({ names: ['relay'] })).json).toEqual({ names: ['relay'] });
  expect((await api.asAdmin('PATCH', '/api/targets/1', { timeout_s: 9 })).status).toBe(200);
  const pruned = await api.asAdmin('POST', `${apply}?prune=true`, input({ 'x.yaml': '[]' }));
  expect(pruned.json.items).toEqual([]);
  expect((await api.asAdmin('POST', paths.plan, files)).json.items[0].changes).toEqual([
    { field: 'timeout_s', old: 9, new: 30 },
    { field: 'managed_by', old: null, new: 'channels/relay.yaml' },
  ]);
  await api.asAdmin('POST', apply, files);
  expect((await release({ all: true })).json).toEqual({ names: ['relay'] });
});

test('a renamed channel keeps its history, and one that moves to another file says so', async () => {
  const api = await openTestApi();
  await api.asAdmin('POST', apply, input({ 'relay.yaml': relay }));
  const renamed = relay.replace('name: relay', 'name: renamed');
  const files = input({ 'renamed.yaml': renamed });
  const { json } = await api.asAdmin('POST', `${apply}?prune=true`, files);
  expect(json.items).toMatchObject([
    {
      outcome: 'changed',
      changes: [
        { field: 'name', old: 'relay', new: 'renamed' },
        { field: 'managed_by', old: 'channels/relay.yaml', new: 'channels/renamed.yaml' },
      ],
    },
  ]);
  expect(await listTargets(api.db)).toMatchObject([{ id: 1, name: 'renamed' }]);
});

test('only an admin may export, plan, apply and release', async () => {
  const api = await openTestApi();
  for (const [method, path] of [
    ['GET', paths.export],
    ['POST', paths.plan],
    ['POST', apply],
    ['POST', '/api/channels/release'],
  ] as const) {
    expect((await api.asVisitor(method, path)).status).toBe(403);
    expect((await api.asNobody(method, path)).status).toBe(401);
  }
});

test('files that aren’t in one folder, or have no good path, are refused', async () => {
  const api = await openTestApi();
  const plan = (...list: string[]) =>
    api.asAdmin('POST', paths.plan, { files: list.map((path) => ({ path, text: '[]' })) });
  for (const bad of [[], ['/etc/a.yaml'], ['a//b'], ['a/1', 'b/1'], ['a/1', 'a/1']]) {
    expect((await plan(...bad)).status, bad.join()).toBe(400);
  }
  expect((await plan('a/1', 'a/2')).status).toBe(200);
});

test('thousands of channels are planned, applied and exported in short turns', async () => {
  const { api, db } = await openTestApi();
  const text = (file: number) =>
    Array.from({ length: 50 }, (_, at) => {
      const name = `c${file}-${at}`;
      const models = Array.from({ length: 20 }, (__, model) => `"${name}-model-${model}"`);
      return `- {name: ${name}, base_url: "https://${name}.example", api_key: "\${KEY}${name}", models: [${models}]}`;
    }).join('\n');
  const files = Array.from({ length: 30 }, (_, file) => ({
    path: `c/${file}.yaml`,
    text: text(file),
  }));
  const body = JSON.stringify({ files, variables: { KEY: 'sk-' } });
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const call = (path: string) =>
    longestTurn(async () => {
      const init = path === paths.export ? { headers } : { method: 'POST', headers, body };
      return (await api.app.request(path, init)).status;
    });
  for (const path of [paths.plan, apply, paths.plan, paths.export]) {
    const { result, turnMs } = await call(path);
    expect(result).toBe(200);
    expect(turnMs, path).toBeLessThan(150);
  }
  expect(await listTargets(db)).toHaveLength(1500);
}, 120_000);

const alertsFile = `alerts:
  rules:
    failures_before_alert: 3
  destinations:
    - name: Ops
      kind: webhook
      severities: [critical]
      channels: [relay]
      config:
        url: \${OPS_URL}
        secret: \${OPS_SECRET}
`;
const alertVariables = {
  ...variables,
  OPS_URL: 'https://hooks.example/in/0123456789abcdef',
  OPS_SECRET: 'signing-secret-0123456789',
};

test('rules and destinations of alerts are code too, with their channels by name and no secret in a plan', async () => {
  const api = await openTestApi();
  const files = input({ 'relay.yaml': relay, '_alerts.yaml': alertsFile }, alertVariables);
  const plan = await api.asAdmin('POST', paths.plan, files);
  expect(plan.json.alerts).toMatchObject([
    { name: 'rules', outcome: 'changed', changes: [{ field: 'failures_before_alert', new: 3 }] },
    { name: 'Ops', file: 'channels/_alerts.yaml', outcome: 'created' },
  ]);
  expect(plan.text).not.toMatch(/0123456789/);
  expect((await api.asSession('GET', '/api/alerts/destinations')).json.items).toEqual([]);

  const applied = await api.asAdmin('POST', apply, files);
  expect([applied.status, applied.json.alerts.length]).toEqual([200, 2]);
  const { items } = (await api.asSession('GET', '/api/alerts/destinations')).json;
  expect(items).toMatchObject([{ name: 'Ops', severities: ['critical'], target_ids: [1] }]);

  // What is exported sets the same again.
  const whole = await exported(api, 'format=json&one_file=1');
  const { json: same } = await api.asAdmin('POST', paths.plan, whole);
  const [{ path: file }] = whole.files;
  expect(outcomes({ items: same.alerts })).toEqual(['unchanged rules', 'changed Ops']);
  expect(same.alerts[1].changes).toEqual([
    { field: 'managed_by', old: 'channels/_alerts.yaml', new: file },
  ]);

  const without = input({ 'relay.yaml': relay });
  const { json: pruned } = await api.asAdmin('POST', `${apply}?prune=true`, without);
  expect(outcomes({ items: pruned.alerts })).toEqual(['deleted Ops']);
  expect((await api.asSession('GET', '/api/alerts/destinations')).json.items).toEqual([]);
});

test('what is wrong with alerts is refused with its line, and nothing is written', async () => {
  const api = await openTestApi();
  const file = (...destinations: string[]) =>
    `alerts:\n  destinations:\n${destinations.map((one) => `    - ${one}\n`).join('')}`;
  const url = 'config: { url: "https://hooks.example" }';
  const files = input({
    'relay.yaml': relay,
    'a.yaml': file(`{ name: A, kind: webhook, ${url} }`, `{ name: B, kind: pigeon, ${url} }`),
    'b.yaml': file(
      `{ name: C, kind: webhook, channels: [other], ${url} }`,
      '{ name: D, kind: webhook, config: { topic: x } }',
      `{ name: E, kind: webhook, channels: [relay], ${url} }`,
      `{ name: E, kind: webhook, ${url} }`,
    ),
    'c.yaml': 'alerts: { rules: { down_for_s: -1 } }\n',
  });
  const { status, json } = await api.asAdmin('POST', apply, files);
  expect([status, json.detail.split('\n')]).toEqual([
    400,
    [
      expect.stringMatching(/^channels\/a.yaml:4: alerts.destinations.1.kind must be one of/),
      'channels/c.yaml:1: alerts.rules.down_for_s must be at least 0',
      'channels/b.yaml:3: "C": channels: there is no channel "other"',
      expect.stringMatching(/^channels\/b.yaml:4: "D": /),
      'channels/b.yaml:6: "E": name is that of another destination in the files',
    ],
  ]);
  expect((await api.asAdmin('GET', '/api/targets')).json.items).toEqual([]);
});

test('names that refer to variables are refused, because they are printed', async () => {
  const api = await openTestApi();
  const config = 'config: { url: "https://hooks.example" }';
  const hook = `{ kind: webhook, ${config}`;
  const files = input({
    'a.yaml': relay.replace('name: relay', `name: \${RELAY_KEY}`),
    'b.yaml': `alerts:
  destinations:
    - ${hook}, name: "x \${RELAY_KEY}" }
    - ${hook}, name: Ops, channels: ["\${RELAY_KEY}"] }
`,
  });
  const { status, json, text } = await api.asAdmin('POST', paths.plan, files);
  const words = 'must be written out, without a variable';
  expect([status, json.detail.split('\n')]).toEqual([
    400,
    [
      `channels/a.yaml:2: name ${words}`,
      `channels/b.yaml:3: alerts.destinations.0.name ${words}`,
      `channels/b.yaml:4: alerts.destinations.1.channels ${words}`,
    ],
  ]);
  expect(text).not.toContain(variables.RELAY_KEY);
});
