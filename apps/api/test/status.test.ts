import type { AlertState, Incident, ProbeResult } from '@api-monitor/core';
import { addStatusNote, createMaintenance, stepStoredAlerts } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

const failed: Partial<ProbeResult> = {
  success: false,
  error: 'HTTP 500: https://relay.example says that sk-upstream is broken',
  error_kind: 'upstream',
  status_code: 500,
};
const hour = 3600;
const day = 24 * hour;

type Api = Awaited<ReturnType<typeof openTestApi>>;
type PublicLine = { state: string; uptime: number | null };
type PublicIncident = { incident: number; state: string };

/** Adds a channel; `run` records a run at the current time. */
async function addChannel({ asAdmin, db, clock }: Api, name: string, fields: object = {}) {
  const body = { ...newTarget, name, ...fields };
  const { id } = (await asAdmin('POST', '/api/targets', body)).json.item;
  const run = async (...probes: Partial<ProbeResult>[]) => {
    const results = probes.map((fields) => probe({ timestamp: clock.now, ...fields }));
    await recordRun(db, id, clock.now, results);
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
  [{ items: [{ name: 'x' }] }, 'items.0 must name a channel (target_id), a tag or a model'],
  [
    { items: [{ name: 'x', target_id: 1, tag: 'fast' }] },
    'items.0.tag must be null if the line names a channel (target_id)',
  ],
  [{ items: [{ name: 'x', tag: ' ' }] }, 'items.0.tag must not be empty'],
  [{ items: [{ name: 'x', tag: 'a'.repeat(33) }] }, 'items.0.tag must have at most 32 characters'],
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
  expect(model).toMatchObject({ slug: 'four', state: 'operational', uptime: 60 });
  expect(never).toMatchObject({ state: 'unknown', since: null, uptime: null });
  expect(json.item.incidents).toEqual([
    {
      incident: null,
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

test('a tag is the enabled channels that have it, in any case, whole or for one model', async () => {
  const api = await openTestApi();
  const one = await addChannel(api, 'one', { tags: ['Fast'] });
  const two = await addChannel(api, 'two', { tags: ['cheap', 'fast'] });
  const other = await addChannel(api, 'other', { tags: ['faster'] });
  const off = await addChannel(api, 'off', { tags: ['fast'], enabled: false });
  const { items } = await publish(
    api,
    { name: 'Fast', tag: ' FAST ' },
    { name: 'Four', tag: 'fast', model: 'gpt-4o' },
    { name: 'B', tag: 'fast', model: 'b' },
    { name: 'Nobody', tag: 'nobody' },
  );
  expect(items[0]).toMatchObject({ target_id: null, tag: 'FAST', model: null });
  const shown = async (): Promise<[string, number | null][]> => {
    const { json } = await api.asNobody('GET', '/api/status');
    return json.item.items.map((it: PublicLine) => [it.state, it.uptime]);
  };
  const nothing = ['unknown', null];
  expect(await shown()).toEqual([nothing, nothing, nothing, nothing]);
  await off.run({}, { model: 'b' });
  await other.run({}, { model: 'b' });
  // Each model has a channel that serves it, and no channel serves all.
  await one.run({}, { ...failed, model: 'b' });
  await two.run(failed, { model: 'b' });
  api.clock.now += hour;
  const served = ['operational', 100];
  expect(await shown()).toEqual([served, served, served, nothing]);
  await two.run(failed, { ...failed, model: 'b' });
  await one.run({}, { ...failed, model: 'b' });
  api.clock.now += 31;
  expect(await shown()).toEqual([['degraded', 66.66], served, ['outage', 33.33], nothing]);
  await api.asAdmin('PATCH', `/api/targets/${other.id}`, { tags: ['fast'] });
  expect((await shown()).map(([state]) => state)).toEqual([
    ...['operational', 'operational', 'operational', 'unknown'],
  ]);
  for (const { id } of [one, two, other]) {
    await api.asAdmin('PATCH', `/api/targets/${id}`, { tags: [] });
  }
  expect(await shown()).toEqual([nothing, nothing, nothing, nothing]);
  expect((await api.asNobody('GET', '/badge/fast.json')).json.message).toBe('unknown');
});

test('a tag of one channel is shown as the channel is, day after day', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay', { tags: ['fast'] });
  await publish(api, { name: 'Relay', target_id: relay.id }, { name: 'Fast', tag: 'fast' });
  for (let past = 0; past < 6; past += 1) {
    await relay.run(past % 2 === 0 ? failed : {}, { model: 'b' });
    api.clock.now += hour;
    await relay.run({}, { model: 'b' });
    api.clock.now += past < 5 ? day - hour : 60;
    const { items } = (await api.asNobody('GET', '/api/status')).json.item;
    const { slug: _slug, name: _name, ...channel } = items[0];
    expect(items[1]).toEqual({ slug: 'fast', name: 'Fast', ...channel });
  }
});

test("an incident is on a tag's line if it leaves one of its models without a channel", async () => {
  const api = await openTestApi();
  const one = await addChannel(api, 'one', { tags: ['fast'] });
  const two = await addChannel(api, 'two', { tags: ['fast'] });
  await publish(api, { name: 'Fast', tag: 'fast' });
  await one.run({}, { model: 'b' });
  await two.run({});
  const shown = async () => {
    api.clock.now += 31;
    const { json } = await api.asNobody('GET', '/api/status');
    return json.item.incidents.map((it: PublicIncident) => [it.incident, it.state]);
  };
  await alertTo(api, 1, [[two.id]]);
  expect(await shown()).toEqual([]);
  await alertTo(api, 2, [[one.id, 'b']]);
  expect(await shown()).toEqual([[2, 'degraded']]);
  await alertTo(api, 3, [[one.id]]);
  expect(await shown()).toEqual([
    [3, 'outage'],
    [2, 'degraded'],
  ]);
});

test('what is known now counts before the next check, such as that the whole channel fails', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await publish(api, { name: 'Relay', target_id: relay.id }, { name: 'Four', model: 'gpt-4o' });
  await relay.run({});
  const times = { since: api.clock.now, found_at: api.clock.now, rest_until: api.clock.now + 30 };
  const fault = { kind: 'quota', error: 'no credit', failures: 6, ...times } as const;
  const data = { target_id: relay.id, fault, at: api.clock.now };
  await api.bus.events.publish({ type: 'fault_changed', data });
  const { items } = (await api.asNobody('GET', '/api/status')).json.item;
  const expected = { state: 'outage', since: api.clock.now };
  expect(items).toMatchObject([expected, expected]);
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
  api.clock.now += 10;
  await relay.run(failed);
  expect(await uptime()).toBe(100);
  for (const [later, expected] of [
    [31, 99.44],
    [7 * hour, 99.44],
    [7 * hour, 99.81],
  ] as const) {
    api.clock.now += later;
    if (expected === 99.81) await relay.run({});
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

/** Stores an incident as the worker does. */
async function alertTo(
  { db, clock }: Api,
  id: number,
  members: [target_id: number, model?: string][],
) {
  const since = clock.now;
  const incident = {
    ...{ id, scope: 'channel', cause: `c${id}`, kind: 'channel_down', severity: 'warning' },
    ...{ started_at: since, ended_at: null, merged_into: null, last_join_at: since, lacking: [] },
    ...{ announced: null, told: [], escalated_min: 0, acknowledged_at: null },
    ...{ acknowledged_by: null, muted_until: null, events: 0 },
    members: members.map(([target_id, model = null]) => ({
      subject: { kind: model ? 'model_down' : 'channel_down', target_id, model, name: null },
      ...{ channel: 'secret relay', since, left_at: null, left_by: null, is_flapping: false },
      ...{ why: { kind: 'quota', message: 'sk-upstream is out of money' }, figures: {} },
    })),
  } as Incident;
  const decide = (state: AlertState) => {
    const incidents = [...state.incidents, incident];
    return { state: { ...state, incidents }, incidents: [incident], events: [], notices: [] };
  };
  await stepStoredAlerts(db, decide, clock.now);
}

test('what people are alerted to is on the page, for published lines alone, in no words but ours', async () => {
  const api = await openTestApi();
  const [one, two] = [await addChannel(api, 'one'), await addChannel(api, 'two')];
  await publish(api, { name: 'One', target_id: one.id }, { name: 'Four', model: 'gpt-4o' });
  await one.run({});
  await two.run({});
  api.clock.now += hour;
  await alertTo(api, 1, [[two.id]]);
  api.clock.now += 1;
  await alertTo(api, 2, [[one.id, 'gpt-4o']]);
  const { json } = await api.asNobody('GET', '/api/status');
  const at = { started_at: api.clock.now, ended_at: null, reasons: ['quota'] };
  expect(json.item.incidents).toEqual([
    { slug: 'one', name: 'One', incident: 2, state: 'outage', ...at },
    { slug: 'four', name: 'Four', incident: 2, state: 'outage', ...at },
  ]);
  expect(JSON.stringify(json)).not.toMatch(/secret relay|sk-upstream/);
});

test('checks show incidents from before the first one that people were alerted to', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await publish(api, { name: 'Relay', target_id: relay.id });
  const start = api.clock.now;
  for (let check = 0; check < 2; check += 1) {
    await relay.run(failed);
    api.clock.now += hour;
  }
  await alertTo(api, 1, [[relay.id]]);
  api.clock.now += hour;
  await relay.run(failed);
  await relay.run(failed);
  const { json } = await api.asNobody('GET', '/api/status');
  expect(json.item.incidents).toMatchObject([
    { incident: 1, started_at: start + 2 * hour, ended_at: null },
    { incident: null, started_at: start, ended_at: start + 2 * hour },
  ]);
});

test('notes and maintenance are those of published lines, and of all of it', async () => {
  const api = await openTestApi();
  const [one, two] = [await addChannel(api, 'one'), await addChannel(api, 'two')];
  await publish(api, { name: 'One', target_id: one.id });
  await alertTo(api, 1, [[one.id]]);
  await alertTo(api, 2, [[two.id]]);
  const note = { state: 'investigating' as const, text: '', at: api.clock.now, slugs: [] };
  const add = (title: string, fields: { incident_id: number | null; slugs?: string[] }) =>
    addStatusNote(api.db, { ...note, title, ...fields }, null);
  await add('General', { incident_id: null });
  await add('Of one', { incident_id: 1 });
  await add('Of two', { incident_id: 2 });
  await add('Of what was a line', { incident_id: null, slugs: ['gone'] });
  await add('Of two, about one', { incident_id: 2, slugs: ['one', 'gone'] });
  const from = api.clock.now + day;
  const plan = (name: string, fields: object) =>
    createMaintenance(api.db, {
      ...{ name, enabled: true, schedule: { kind: 'once', from, until: from + hour } },
      ...{ target_ids: [], tags: [], models: [], is_public: true, drains: false, ...fields },
    });
  await plan('Everything', {});
  await plan('Secret', { is_public: false });
  await plan('Elsewhere', { target_ids: [two.id] });
  await plan('A model', { target_ids: [one.id], models: ['gpt-*'] });
  await plan('Next year', {
    schedule: { kind: 'once', from: from + 300 * day, until: from + 301 * day },
  });
  const { item } = (await api.asNobody('GET', '/api/status')).json;
  expect(item.notes).toMatchObject([
    { title: 'Of two, about one', incident: null, slugs: ['one'] },
    { title: 'Of one', incident: 1 },
    { title: 'General', incident: null, slugs: [] },
  ]);
  expect(item.maintenance).toMatchObject([
    { name: 'Everything', from, until: from + hour, is_going_on: false, slugs: ['one'] },
    { name: 'A model' },
  ]);
});

test('the page has feeds, in Atom and as JSON, which say no more than it does', async () => {
  const api = await openTestApi();
  const relay = await addChannel(api, 'relay');
  await addChannel(api, 'hidden');
  expect((await api.asNobody('GET', '/status/feed.atom')).status).toBe(404);
  await publish(api, { name: 'A <b> & "c"', target_id: relay.id });
  await alertTo(api, 1, [[relay.id]]);
  await alertTo(api, 2, [[relay.id + 1]]);
  const note = { state: 'identified' as const, title: 'On it', slugs: [], incident_id: 1 };
  await addStatusNote(api.db, { ...note, text: ']]> <script>', at: api.clock.now + 60 }, null);
  const atom = await api.asNobody('GET', '/status/feed.atom');
  expect(atom.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
  expect(atom.text).toContain('status.html#incident-1');
  expect(atom.text).not.toMatch(/incident-2|secret relay|sk-upstream|<script>/);
  const { json } = await api.asNobody('GET', '/status/feed.json?lang=zh');
  expect(json).toMatchObject({ version: 'https://jsonfeed.org/version/1', title: 'Status' });
  expect(json.items).toHaveLength(1);
  expect(json.items[0]).toMatchObject({ title: 'A <b> & "c"：中断' });
  expect(json.items[0].content_html).toContain('已定位：On it – ]]&gt; &lt;script&gt;');
});

test('feeds link to PUBLIC_URL if it is set, whatever host was asked', async () => {
  const publicUrl = 'https://status.example/monitor';
  const api = await openTestApi({ publicUrl });
  const relay = await addChannel(api, 'relay');
  await publish(api, { name: 'Relay', target_id: relay.id });
  await alertTo(api, 1, [[relay.id]]);
  const { json, headers } = await api.asNobody('GET', '/status/feed.json');
  expect(headers.get('vary')).toBeNull();
  expect(json.items[0].url).toBe(`${publicUrl}/status.html#incident-1`);
  expect(json.feed_url).toBe(`${publicUrl}/status/feed.json`);
});
