import type { MonitorEvent } from '@api-monitor/core';
import { getTarget, openApiKey, setSettings, startRun } from '@api-monitor/db';
import { version } from '@api-monitor/runtime';
import { expect, test } from 'vitest';
import { newTarget, openTestApi, upstreamKey } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

async function addTarget({ asAdmin }: TestApi, fields: object = {}): Promise<{ id: number }> {
  const { status, json, text } = await asAdmin('POST', '/api/targets', { ...newTarget, ...fields });
  expect(status, text).toBe(200);
  return json.item;
}

/** Records a finished run of one model that passed. */
async function addRun({ db, clock }: TestApi, target_id: number, model = 'gpt-4o') {
  const passed = probe({ model, duration: 1.25, timestamp: clock.now });
  return recordRun(db, target_id, clock.now, [passed], { listed_models: [model] });
}

test('health is a 503 if the runs cannot be read', async () => {
  const api = await openTestApi();
  await api.db.kysely.schema.dropTable('run_models').execute();
  await api.db.kysely.schema.dropTable('runs').execute();
  const { status, json } = await api.asNobody('GET', '/api/health');
  expect([status, json]).toEqual([503, { detail: 'The database does not answer.' }]);
});

test('a stored interval that cannot be read is replaced by the default', async () => {
  const api = await openTestApi();
  await setSettings(api.db, { default_interval_min: 'abc' }, 1);
  const added = await api.asAdmin('POST', '/api/targets', newTarget);
  expect([added.status, added.json.item.interval_min]).toEqual([200, 30]);
});

test('a new channel gets every default and comes back with its key masked', async () => {
  const api = await openTestApi();
  const { json, text } = await api.asAdmin('POST', '/api/targets', newTarget);
  expect(json.item).toMatchObject({
    name: 'relay',
    base_url: 'https://relay.example',
    api_key: 'sk-up…cdef',
    enabled: true,
    interval_min: 30,
    timeout_s: 30,
    verify_ssl: true,
    anthropic_version: '2023-06-01',
    max_models: 0,
    source_url: null,
    sort_order: 1,
    visitor_channel_actions_enabled: false,
    selected_models: [],
    last_run_at: null,
    last_status: null,
    last_success_rate: null,
    running: false,
    can_operate: true,
    latest_models: [],
  });
  expect(text).not.toContain(upstreamKey);
});

test('the key is sealed in the database and shown only by the secret call', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const stored = await getTarget(api.db, id);
  expect(stored?.api_key).toMatch(/^v1:/);
  const { json, headers } = await api.asAdmin('GET', `/api/targets/${id}/secret`);
  expect(json.item.api_key).toBe(upstreamKey);
  expect(headers.get('cache-control')).toBe('no-store');
});

test.each([
  [{ name: '' }, 'name must not be empty'],
  [{ name: 'x'.repeat(129) }, 'name must have at most 128 characters'],
  [{ name: undefined }, 'name is required'],
  [{ base_url: 'relay.example' }, 'base_url must be an http:// or https:// address'],
  [{ base_url: 'https://relay.example/?a=1' }, 'base_url must not contain a query'],
  [{ base_url: 'https://relay.example/#a' }, 'base_url must not contain a fragment'],
  [{ base_url: 'https://me:pw@relay.example' }, 'base_url must not contain a user name'],
  [{ api_key: '' }, 'api_key must not be empty'],
  [{ api_key: 'two\r\nX-Evil: 1' }, 'api_key must be printable ASCII'],
  [{ interval_min: 0 }, 'interval_min must be at least 1'],
  [{ interval_min: 1441 }, 'interval_min must be at most 1440'],
  [{ interval_min: 1.5 }, 'interval_min must be a whole number'],
  [{ interval_min: '5' }, 'interval_min must be a number'],
  [{ timeout_s: 2 }, 'timeout_s must be at least 3'],
  [{ timeout_s: 301 }, 'timeout_s must be at most 300'],
  [{ enabled: 'yes' }, 'enabled must be a boolean'],
  [{ prompt: '' }, 'prompt must not be empty'],
  [{ anthropic_version: '1\n2345' }, 'anthropic_version must be printable ASCII'],
  [{ max_models: 5001 }, 'max_models must be at most 5000'],
  [{ source_url: 'javascript:alert(1)' }, 'source_url must be an http:// or https:// address'],
  [{ sort_order: 0 }, 'sort_order must be at least 1'],
  [{ selected_models: 'gpt-4o' }, 'selected_models must be a list'],
  [{ selected_models: [''] }, 'selected_models.0 must not be empty'],
  [{ colour: 'red', flavour: 1 }, 'unknown field "colour", "flavour"'],
])('the answer to bad input names the field: %j', async (fields, sentence) => {
  const api = await openTestApi();
  const { status, json } = await api.asAdmin('POST', '/api/targets', { ...newTarget, ...fields });
  expect(status).toBe(400);
  expect(json.detail).toContain(sentence);
  expect((await api.asAdmin('GET', '/api/targets')).json.items).toEqual([]);
});

test.each(['', 'not json', '[]', '"text"', 'null', '{"name":'])(
  'a body that is not an object (%j) is a 400',
  async (body) => {
    const api = await openTestApi();
    const { status, json } = await api.asAdmin('POST', '/api/targets', body);
    expect(status).toBe(400);
    expect(json.detail).toMatch(/the body|is required/);
  },
);

test('a body over 1 MiB is a 413', async () => {
  const api = await openTestApi();
  const body = { ...newTarget, prompt: 'x'.repeat(1024 * 1024) };
  const { status, json } = await api.asAdmin('POST', '/api/targets', body);
  expect([status, json.detail]).toEqual([413, 'the body must not exceed 1 MiB']);
});

test('two channels cannot have the same name', async () => {
  const api = await openTestApi();
  await addTarget(api);
  const other = await addTarget(api, { name: 'other' });
  const { status, json } = await api.asAdmin('POST', '/api/targets', newTarget);
  expect(status).toBe(409);
  expect(json.detail).toContain('relay');
  const rename = await api.asAdmin('PATCH', `/api/targets/${other.id}`, { name: 'relay' });
  expect(rename.status).toBe(409);
});

test('an item can be read, changed and sent back whole', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const { json } = await api.asAdmin('GET', `/api/targets/${id}`);
  const changed = { ...json.item, interval_min: 5 };
  const { status, json: after } = await api.asAdmin('PATCH', `/api/targets/${id}`, changed);
  expect(status).toBe(200);
  expect(after.item).toMatchObject({ interval_min: 5, name: 'relay', api_key: 'sk-up…cdef' });
  expect((await api.asAdmin('GET', `/api/targets/${id}/secret`)).json.item.api_key).toBe(
    upstreamKey,
  );
});

test('the masked form of another key is refused', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const { status, json } = await api.asAdmin('PATCH', `/api/targets/${id}`, {
    api_key: 'sk-aa…zzzz',
  });
  expect(status).toBe(400);
  expect(json.detail).toContain('api_key is the masked form of another value');
});

test('a move to another origin needs the key again, another path does not', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const path = `/api/targets/${id}`;
  const moved = await api.asAdmin('PATCH', path, { base_url: 'https://thief.example' });
  expect([moved.status, moved.json.detail]).toEqual([
    400,
    'api_key must be entered again when base_url moves to another origin',
  ]);
  const downgraded = await api.asAdmin('PATCH', path, { base_url: 'http://relay.example' });
  expect(downgraded.status).toBe(400);
  const within = await api.asAdmin('PATCH', path, { base_url: 'https://relay.example/team/v1' });
  expect(within.json.item.base_url).toBe('https://relay.example/team');
  const whole = { base_url: 'https://new.example', api_key: 'sk-new-0123456789' };
  expect((await api.asAdmin('PATCH', path, whole)).json.item.base_url).toBe('https://new.example');
  const stored = await getTarget(api.db, id);
  expect(stored && openApiKey(api.db, stored)).toBe('sk-new-0123456789');
});

test('a new order is stored, and a bad one changes nothing', async () => {
  const api = await openTestApi();
  const ids: number[] = [];
  for (const name of ['a', 'b', 'c']) ids.push((await addTarget(api, { name })).id);
  const [a, b, c] = ids;
  expect((await api.asAdmin('POST', '/api/targets/reorder', { ids: [c, a] })).status).toBe(200);
  const names = async () =>
    (await api.asAdmin('GET', '/api/targets')).json.items.map(
      (item: { name: string }) => item.name,
    );
  expect(await names()).toEqual(['c', 'a', 'b']);
  for (const bad of [[a, a], [a, 999], [], ['1'], 'x']) {
    const { status } = await api.asAdmin('POST', '/api/targets/reorder', { ids: bad });
    expect(status, JSON.stringify(bad)).toBe(400);
  }
  expect(await names()).toEqual(['c', 'a', 'b']);
  expect(b).toBeDefined();
});

test('a deleted channel is gone with its history', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  await addRun(api, id);
  expect((await api.asAdmin('DELETE', `/api/targets/${id}`)).json).toEqual({ ok: true });
  for (const path of ['', '/runs', '/logs', '/models', '/secret']) {
    const { status, json } = await api.asAdmin('GET', `/api/targets/${id}${path}`);
    expect([status, json.detail], path).toEqual([404, `there is no channel ${id}`]);
  }
  expect((await api.asAdmin('DELETE', `/api/targets/${id}`)).status).toBe(404);
});

test.each(['0', '-1', 'abc', '1.5', '99999999999999999999', '%00', '1%2F2'])(
  'the id %j is refused without a server error',
  async (id) => {
    const api = await openTestApi();
    const { status } = await api.asAdmin('GET', `/api/targets/${id}`);
    expect([400, 404]).toContain(status);
  },
);

test('every change is published', async () => {
  const api = await openTestApi();
  const seen: MonitorEvent[] = [];
  api.bus.events.subscribe(({ event }) => seen.push(event));
  const { id } = await addTarget(api);
  await api.asAdmin('PATCH', `/api/targets/${id}`, { enabled: false });
  await api.asAdmin('PATCH', `/api/targets/${id}/models`, { selected_models: ['m'] });
  await api.asAdmin('POST', '/api/targets/reorder', { ids: [id] });
  await api.asAdmin('DELETE', `/api/targets/${id}`);
  expect(seen).toEqual(
    Array.from({ length: 4 }, () => ({ type: 'target_updated', data: { target_id: id } })),
  );
});

test('the list shows the latest state of each model, with its history or without', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  await addRun(api, id);
  api.clock.now += 60;
  await addRun(api, id);
  const full = (await api.asAdmin('GET', '/api/targets')).json;
  expect(full.permissions).toEqual({ role: 'admin' });
  const [item] = full.items;
  expect(item).toMatchObject({ last_status: 'healthy', last_success_rate: 100, last_total: 1 });
  // At the channel's own second of the minute.
  const dueAfter = item.next_run_at - api.clock.now;
  expect([dueAfter > 29 * 60, dueAfter <= 30 * 60]).toEqual([true, true]);
  expect(item.latest_models).toHaveLength(1);
  expect(item.latest_models[0]).toMatchObject({
    protocol: 'openai',
    model: 'gpt-4o',
    success: true,
    skipped: false,
    duration: 1.25,
    error: null,
    first_token_s: 0.25,
    output_tokens_per_s: 24,
  });
  expect(item.latest_models[0].history).toHaveLength(2);
  expect(item.latest_models[0].history[0]).toMatchObject({
    success: true,
    duration: 1.25,
    timestamp: api.clock.now - 60,
    error: null,
    status_code: 200,
  });
  const light = (await api.asAdmin('GET', '/api/targets?history=0')).json;
  expect(light.items[0].latest_models[0]).not.toHaveProperty('history');
});

test('a list of no, one, or many parts is one complete answer in order', async () => {
  const api = await openTestApi();
  for (const count of [0, 1, 10, 11, 23]) {
    const known = (await api.asAdmin('GET', '/api/targets')).json;
    expect(known.permissions).toEqual({ role: 'admin' });
    for (let index = known.items.length; index < count; index += 1) {
      await api.asAdmin('POST', '/api/targets', { ...newTarget, name: `relay ${index} …` });
    }
    const { items } = (await api.asAdmin('GET', '/api/targets?history=0')).json;
    const names = items.map((item: { name: string }) => item.name);
    expect(names).toEqual(Array.from({ length: count }, (_, index) => `relay ${index} …`));
  }
});

test('runs come newest first, up to the limit', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const runIds = [await addRun(api, id), await addRun(api, id), await addRun(api, id)];
  const { json } = await api.asAdmin('GET', `/api/targets/${id}/runs?limit=2`);
  expect(json.target.id).toBe(id);
  expect(json.items.map((run: { id: number }) => run.id)).toEqual([runIds[2], runIds[1]]);
  expect(json.items[0]).toMatchObject({ status: 'completed', total: 1, success: 1, fail: 0 });
  expect(json.next_before_id).toBe(runIds[1]);
  const older = await api.asAdmin('GET', `/api/targets/${id}/runs?before_id=${runIds[1]}`);
  expect(older.json.items.map((run: { id: number }) => run.id)).toEqual([runIds[0]]);
  expect(older.json.next_before_id).toBeNull();
  for (const limit of ['0', '201', 'x', '1e9', '']) {
    const { status } = await api.asAdmin('GET', `/api/targets/${id}/runs?limit=${limit}`);
    expect(status, limit).toBe(400);
  }
});

test('logs are those of the latest run, of one run, or of all runs', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const other = await addTarget(api, { name: 'other' });
  const first = await addRun(api, id, 'first');
  const second = await addRun(api, id, 'second');
  const foreign = await addRun(api, other.id);
  const models = async (query: string) => {
    const { json } = await api.asAdmin('GET', `/api/targets/${id}/logs${query}`);
    expect(json.count).toBe(json.items.length);
    return [json.run?.id ?? null, json.items.map((row: { model: string }) => row.model)];
  };
  expect(await models('')).toEqual([second, ['second']]);
  expect(await models(`?run_id=${first}`)).toEqual([first, ['first']]);
  expect(await models('?scope=all')).toEqual([null, ['second', 'first']]);
  expect(await models('?scope=all&limit=1')).toEqual([null, ['second']]);
  const missing = await api.asAdmin('GET', `/api/targets/${id}/logs?run_id=${foreign}`);
  expect([missing.status, missing.json.detail]).toEqual([
    404,
    `run_id: channel ${id} has no run ${foreign}`,
  ]);
  for (const query of ['scope=some', 'limit=20001', 'run_id=x']) {
    const { status, json } = await api.asAdmin('GET', `/api/targets/${id}/logs?${query}`);
    expect(status).toBe(400);
    expect(json.detail).toContain(query.split('=')[0]);
  }
});

test('models can be selected from those that the channel has listed', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  await addRun(api, id);
  const path = `/api/targets/${id}/models`;
  expect((await api.asAdmin('GET', path)).json.item).toEqual({
    target_id: id,
    target_name: 'relay',
    ...{ selected_models: [], models: [], models_mode: 'both', exclude: [], dont_probe: [] },
    available_models: [
      {
        ...{ model: 'gpt-4o', protocol: 'openai', success: true },
        ...{ source: 'listed', plan: 'probed' },
      },
    ],
  });
  const { json } = await api.asAdmin('PATCH', path, { selected_models: ['gpt-4o'] });
  expect(json.item.selected_models).toEqual(['gpt-4o']);
  const unknown = await api.asAdmin('PATCH', path, { interval_min: 5 });
  expect(unknown.status).toBe(400);
});

test('a manual run is queued once, even for a disabled channel', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api, { enabled: false });
  const { status, json } = await api.asAdmin('POST', `/api/targets/${id}/run`);
  expect([status, json.ok]).toEqual([200, true]);
  expect(await api.bus.manualRuns.depth()).toEqual({ waiting: 1, active: 0 });
  const again = await api.asAdmin('POST', `/api/targets/${id}/run`);
  expect([again.status, again.json.detail]).toEqual([409, 'channel "relay" is already running']);
});

test('a running channel is shown as such, with its progress, and is not started again', async () => {
  const api = await openTestApi();
  const { id } = await addTarget(api);
  const started = await startRun(api.db, { target_id: id, trigger: 'schedule', nowS: 1 });
  if (started.outcome !== 'started') throw new Error(started.outcome);
  await api.bus.events.publish({
    type: 'run_progress',
    data: { target_id: id, run_id: started.run.id, total: 9, done: 4, probe: null },
  });
  const { json } = await api.asAdmin('GET', `/api/targets/${id}`);
  expect(json.item).toMatchObject({ running: true, run_progress: { total: 9, done: 4 } });
  expect((await api.asAdmin('POST', `/api/targets/${id}/run`)).status).toBe(409);
  expect((await api.asNobody('GET', '/api/health')).json).toEqual({
    ok: true,
    running_targets: [id],
    version,
  });
  expect((await api.asAdmin('GET', '/api/dashboard')).json).toEqual({
    total_targets: 1,
    enabled_targets: 1,
    running_targets: 1,
    healthy: 0,
    degraded: 0,
    down_or_error: 0,
  });
});

test.each(['CAFÉ', 'Cafe\u0301', 'ｃａｆé'])(
  'a name that only looks different is taken: %s',
  async (name) => {
    const api = await openTestApi();
    await api.asAdmin('POST', '/api/targets', { ...newTarget, name: 'Café' });
    await api.asAdmin('POST', '/api/targets', { ...newTarget, name: 'other' });
    const added = await api.asAdmin('POST', '/api/targets', { ...newTarget, name });
    const renamed = await api.asAdmin('PATCH', '/api/targets/2', { name });
    for (const { status, json } of [added, renamed]) {
      expect([status, json.detail, json.fields]).toEqual([
        ...[409, 'name: a channel named "Café" exists already', { name: { code: 'taken' } }],
      ]);
    }
    const respelt = await api.asAdmin('PATCH', '/api/targets/1', { name });
    expect([respelt.status, respelt.json.item.name]).toEqual([200, name]);
  },
);
