import type { ProbeResult } from '@api-monitor/core';
import { finishRun, startRun } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe } from './record-run.ts';

const passed = probe({ duration: 1, first_token_s: 0.5, output_tokens: 5, output_tokens_per_s: 6 });
const failed: Partial<ProbeResult> = {
  success: false,
  error: 'HTTP 500: https://relay.example says that sk-upstream is broken',
  error_kind: 'upstream',
  status_code: 500,
};
const hour = 3600;
const day = 24 * hour;

type Api = Awaited<ReturnType<typeof openTestApi>>;

/** Adds a channel; `run` records a run at the current time. */
async function addChannel({ asAdmin, db, clock }: Api, name: string) {
  const { id } = (await asAdmin('POST', '/api/targets', { ...newTarget, name })).json.item;
  const run = async (...probes: Partial<ProbeResult>[]) => {
    const started = await startRun(db, { target_id: id, trigger: 'schedule', nowS: clock.now });
    if (started.outcome !== 'started') throw new Error(started.outcome);
    await finishRun(db, {
      run_id: started.run.id,
      target_id: id,
      status: 'completed',
      probes: probes.map((probe) => ({ ...passed, timestamp: clock.now, ...probe })),
      remembered: new Map(),
      listed_models: null,
      log_file: null,
      error: null,
      nowS: clock.now,
    });
  };
  return { id: id as number, run };
}

async function publish({ asSession }: Api, ...items: object[]) {
  const answer = await asSession('PATCH', '/api/admin/status-page', { enabled: true, items });
  expect(answer.status).toBe(200);
  return answer.json.item;
}

test('the page is off by default: no status, no badge', async () => {
  const api = await openTestApi();
  const { id } = await addChannel(api, 'relay');
  expect((await api.asNobody('GET', '/api/status')).status).toBe(404);
  await publish(api, { name: 'Relay', target_id: id });
  expect((await api.asNobody('GET', '/badge/relay.svg')).status).toBe(200);
  await api.asSession('PATCH', '/api/admin/status-page', { enabled: false });
  for (const path of ['/api/status', '/badge/relay.svg', '/badge/relay.json']) {
    const { status, json } = await api.asNobody('GET', path);
    expect([path, status, json.detail]).toEqual([
      path,
      404,
      'nothing is published under this name',
    ]);
  }
});

test('only an admin sees and changes what is shown', async () => {
  const { asVisitor, asNobody } = await openTestApi();
  for (const method of ['GET', 'PATCH']) {
    const body = method === 'PATCH' ? { enabled: true } : undefined;
    expect((await asNobody(method, '/api/admin/status-page', body)).status).toBe(401);
    expect((await asVisitor(method, '/api/admin/status-page', body)).status).toBe(403);
  }
});

test('a line has its own slug, made from its name unless it is given', async () => {
  const api = await openTestApi();
  const { id } = await addChannel(api, 'relay');
  const page = await publish(
    api,
    { name: 'My Relay', target_id: id },
    { name: 'my relay!', target_id: id, model: 'gpt-4o' },
    { name: '渠道', model: 'gpt-4o' },
    { name: 'Given', slug: 'my-relay-2', target_id: id },
  );
  const slugs = page.items.map((it: { slug: string }) => it.slug);
  expect(slugs).toEqual(['my-relay', 'my-relay-3', 'item', 'my-relay-2']);
  const again = await api.asSession('PATCH', '/api/admin/status-page', page);
  expect(again.json.item.items).toMatchObject(
    page.items.map(({ id: _id, ...line }: { id: number }) => line),
  );
});

test.each([
  [{ items: [{ name: 'x' }] }, 'items.0 must name a channel (target_id), a model, or both'],
  [{ items: [{ name: '', model: 'm' }] }, 'items.0.name must not be empty'],
  [{ items: [{ name: 'x', target_id: 99 }] }, 'items.0.target_id: there is no channel 99'],
  [
    { items: [{ name: 'x', model: 'm', slug: '../x' }] },
    'items.0.slug must be lower-case letters and digits joined by hyphens',
  ],
  [
    { items: ['a', 'b'].map((name) => ({ name, model: 'm', slug: 's' })) },
    'items.1.slug: another line already has the slug "s"',
  ],
  [{ title: '' }, 'title must not be empty'],
  [{ enable: true }, 'unknown field "enable"'],
])('%j is refused: %s', async (body, detail) => {
  const { asSession } = await openTestApi();
  const answer = await asSession('PATCH', '/api/admin/status-page', body);
  expect([answer.status, answer.json.detail]).toEqual([400, detail]);
});

test('the page shows states, ninety days, and incidents with their reasons', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await publish(
    api,
    { name: 'Relay', target_id: relay.id },
    { name: 'Four', model: 'gpt-4o' },
    { name: 'Never', model: 'never-probed' },
  );
  const start = api.clock.now;
  await relay.run({}, { ...failed, model: 'b' });
  api.clock.now += day;
  await relay.run(failed, { ...failed, model: 'b' });
  api.clock.now += hour;
  await relay.run({}, { model: 'b' });
  const { json, headers } = await api.asNobody('GET', '/api/status');
  const [channel, model, never] = json.item.items;
  expect(json.item).toMatchObject({ title: 'Status', state: 'operational' });
  expect(channel).toMatchObject({ slug: 'relay', state: 'operational', uptime: 50 });
  expect(channel.days).toHaveLength(90);
  expect(channel.days.at(-2)).toEqual({ day: '2027-01-15', uptime: 50 });
  expect(channel.days.at(-1)).toEqual({ day: '2027-01-16', uptime: 50 });
  expect(channel.days.at(-3).uptime).toBeNull();
  expect(model).toMatchObject({ slug: 'four', state: 'operational', uptime: 66.66 });
  expect(never).toMatchObject({ state: 'unknown', since: null, uptime: null });
  expect(json.item.incidents).toEqual([
    {
      slug: 'relay',
      name: 'Relay',
      state: 'outage',
      started_at: start,
      ended_at: start + day + hour,
      reasons: ['upstream'],
    },
  ]);
  expect(headers.get('cache-control')).toBe('public, max-age=30');
});

test('a model offered by several channels is up while one of them answers', async () => {
  const api = await openTestApi();
  const [one, two] = [await addChannel(api, 'one'), await addChannel(api, 'two')];
  await publish(api, { name: 'Four', model: 'gpt-4o' });
  await one.run({});
  api.clock.now += 60;
  await two.run(failed);
  const shown = async () => (await api.asNobody('GET', '/api/status')).json.item.items[0].state;
  expect(await shown()).toBe('operational');
  api.clock.now += hour;
  await one.run(failed);
  expect(await shown()).toBe('outage');
  await api.asAdmin('PATCH', '/api/targets/1', { enabled: false });
  await api.asAdmin('PATCH', '/api/targets/2', { enabled: false });
  expect(await shown()).toBe('unknown');
});

test('a line that nothing checks any more is unknown', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await publish(api, { name: 'Relay', target_id: relay.id });
  await relay.run({});
  const shown = async () => (await api.asNobody('GET', '/api/status')).json.item.items[0].state;
  expect(await shown()).toBe('operational');
  api.clock.now += 2 * hour;
  expect(await shown()).toBe('unknown');
});

test('later checks are seen, but a page is not made again for half a minute', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await publish(api, { name: 'Relay', target_id: relay.id });
  const uptime = async () => (await api.asNobody('GET', '/api/status')).json.item.items[0].uptime;
  await relay.run({});
  expect(await uptime()).toBe(100);
  await relay.run(failed);
  expect(await uptime()).toBe(100);
  for (const [later, expected] of [
    [31, 50],
    [7 * hour, 50],
    [7 * hour, 66.66],
  ] as const) {
    api.clock.now += later;
    if (expected === 66.66) await relay.run({});
    expect(await uptime()).toBe(expected);
  }
});

test('nothing leaks about what is not published, or about what is behind the rest', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'Secret relay');
  const hidden = await addChannel(api, 'Hidden channel');
  await publish(
    api,
    { name: 'Public name', target_id: relay.id },
    { name: 'Public model', target_id: relay.id, model: 'gpt-4o' },
  );
  const bad = { ...failed, model: 'secret-model', error_kind: 'auth' as const };
  for (let run = 0; run < 3; run += 1) {
    api.clock.now += hour;
    await relay.run({}, bad);
    await hidden.run(failed);
  }
  const status = await api.asNobody('GET', '/api/status');
  const badges = await Promise.all(
    ['public-name', 'public-model'].flatMap((slug) =>
      ['svg', 'json'].map((ending) => api.asNobody('GET', `/badge/${slug}.${ending}`)),
    ),
  );
  const text = [status, ...badges].map((it) => it.text).join('\n');
  for (const secret of [
    'secret relay',
    'relay.example',
    'hidden channel',
    'secret-model',
    'gpt-4o',
    'sk-',
    'HTTP 500',
    '_id"',
  ]) {
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  }
  expect(status.json.item.incidents).toMatchObject([{ name: 'Public name', reasons: ['auth'] }]);
  expect(Object.keys(status.json.item.items[0]).sort()).toEqual(
    ['checked_at', 'days', 'name', 'since', 'slug', 'state', 'uptime'].sort(),
  );
  for (const file of ['secret-relay', 'hidden-channel', '1', '2', 'gpt-4o', 'secret-model']) {
    expect((await api.asNobody('GET', `/badge/${file}.svg`)).status).toBe(404);
  }
});

test('a badge is an image that other sites may show, or JSON for shields.io', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await publish(api, { name: '<img src=x onerror="alert(1)">', slug: 'r', target_id: relay.id });
  await relay.run({}, { ...failed, model: 'b' });
  const svg = await api.asNobody('GET', '/badge/r.svg');
  expect(svg.headers.get('content-type')).toBe('image/svg+xml; charset=utf-8');
  expect(svg.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(svg.headers.get('cache-control')).toBe('public, max-age=30');
  expect(svg.text).toMatch(/^<svg .*degraded/);
  expect(svg.text).not.toContain('<img');
  expect((await api.asNobody('GET', '/badge/r.json?metric=uptime')).json).toEqual({
    schemaVersion: 1,
    label: '<img src=x onerror="alert(1)">',
    message: '50%',
    color: 'red',
  });
  for (const file of ['r.png', 'r', 'R.svg', '..%2f..%2fregistry.svg', `${'a'.repeat(65)}.svg`]) {
    expect((await api.asNobody('GET', `/badge/${file}`)).status).toBe(404);
  }
});
