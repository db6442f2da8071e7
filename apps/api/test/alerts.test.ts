import type { TestDestinationJob } from '@api-monitor/core';
import { alertRuleDefaults, destinationDefaults } from '@api-monitor/core';
import { claimDelivery, finishDelivery, listDeliveries, openSealedConfig } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { goDown } from './go-down.ts';
import { openTestApi } from './open-test-api.ts';

const path = '/api/alerts/destinations';
const url = 'https://hooks.example/in/0123456789abcdef';
const secret = 'signing-secret-0123456789';
const webhook = {
  name: 'Ops',
  kind: 'webhook',
  config: { url, secret, headers: ['X-Token: 0123456789abcdef'] },
};

async function withDestination(body: object = webhook) {
  const api = await openTestApi();
  const { json, status } = await api.asSession('POST', path, body);
  expect(status, JSON.stringify(json)).toBe(200);
  return { ...api, item: json.item };
}

test('a destination is stored with its defaults, and its secrets are only shown masked', async () => {
  const api = await withDestination();
  expect(api.item).toMatchObject({
    ...destinationDefaults,
    ...{ id: 1, name: 'Ops', kind: 'webhook' },
    config: { url: 'https…cdef', secret: 'signi…6789', method: 'POST', headers: ['X-Tok…cdef'] },
  });
  const answers = await Promise.all(
    [path, '/api/admin/audit', '/api/alerts/deliveries'].map((at) => api.asSession('GET', at)),
  );
  for (const { text } of answers) expect(text).not.toMatch(/0123456789/);
  expect(api.logLines.join('\n')).not.toMatch(/0123456789/);
  expect(answers[1]?.json.items[0]).toMatchObject({
    action: 'destination.created',
    changes: expect.arrayContaining([{ field: 'url', old: null, new: '[secret]' }]),
  });
});

test('only an admin session reaches destinations, and visitors only read what fails', async () => {
  const api = await withDestination();
  for (const at of [path, '/api/alerts/kinds', '/api/alerts/rules', '/api/alerts/deliveries']) {
    expect((await api.asAdmin('GET', at)).status, at).toBe(403);
    expect((await api.asVisitor('GET', at)).status, at).toBe(403);
    expect((await api.asNobody('GET', at)).status, at).toBe(401);
  }
  for (const at of ['/api/incidents', '/api/maintenance', '/api/status-notes']) {
    const forVisitors = at === '/api/incidents' ? 200 : 403;
    expect((await api.asAdmin('GET', at)).status, at).toBe(200);
    expect((await api.asVisitor('GET', at)).status, at).toBe(forVisitors);
    expect((await api.asNobody('GET', at)).status, at).toBe(401);
  }
});

test('masked forms leave the stored secrets, and new values replace them', async () => {
  const api = await withDestination();
  const headers = ['X-Other: fedcba9876543210', ...api.item.config.headers];
  const config = { ...api.item.config, headers };
  const { status, json } = await api.asSession('PATCH', `${path}/1`, { ...api.item, config });
  expect(status).toBe(200);
  expect(json.item.config).toEqual({ ...config, headers: ['X-Oth…3210', 'X-Tok…cdef'] });
  const row = await api.db.kysely.selectFrom('destinations').selectAll().executeTakeFirstOrThrow();
  expect(openSealedConfig(api.db, row.config)).toMatchObject({
    ...{ url, secret, headers: ['X-Other: fedcba9876543210', 'X-Token: 0123456789abcdef'] },
  });
});

test.each([
  [
    'a stored secret at another server',
    { url: 'https://evil.example/' },
    'config.secret',
    'reenter_key',
  ],
  ['a masked form of another secret', { secret: 'other…form' }, 'config.secret', 'masked_form'],
  ['an address that is none', { url: 'ftp://hooks.example' }, 'config.url', 'wrong_url'],
  ['a field that there isn’t', { topic: 'x' }, 'config.topic', 'unknown_field'],
  ['a template that isn’t JSON', { template: '{' }, 'config.template', 'wrong_template'],
])('%s is refused, and the field is named', async (_, changes, field, code) => {
  const api = await withDestination();
  const config = { ...api.item.config, ...changes };
  const { status, json } = await api.asSession('PATCH', `${path}/1`, { config });
  expect([status, json.fields]).toEqual([400, { [field]: { code } }]);
  expect(json.detail).toContain(field.split('.')[1]);
});

test('a mail password stays with its server', async () => {
  const mail = { host: 'smtp.example.com', from: 'a@example.com', to: ['b@example.com'] };
  const config = { ...mail, username: 'a', password: 'mail-password-0123' };
  const api = await withDestination({ name: 'Mail', kind: 'email', config });
  const pem = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----';
  for (const moved of [
    ...[{ host: 'smtp.evil.example' }, { port: 2525 }],
    ...[{ verify_ssl: false }, { ca_certificate: pem }],
  ]) {
    const changed = { ...api.item.config, ...moved };
    const { status, json } = await api.asSession('PATCH', `${path}/1`, { config: changed });
    expect([status, json.fields], Object.keys(moved).join()).toEqual([
      ...[400, { 'config.password': { code: 'reenter_key' } }],
    ]);
  }
  const renamed = { ...api.item.config, to: ['c@example.com'] };
  expect((await api.asSession('PATCH', `${path}/1`, { config: renamed })).status).toBe(200);
});

test('the kinds are listed with what a form needs', async () => {
  const api = await openTestApi();
  const { json } = await api.asSession('GET', '/api/alerts/kinds');
  expect(json.items).toHaveLength(18);
  expect(json.items[0]).toMatchObject({
    kind: 'webhook',
    fields: expect.arrayContaining([
      expect.objectContaining({ name: 'url', input: 'url', isSecret: true, isRequired: true }),
    ]),
  });
});

test('a test is sent by a worker, with the stored secrets, and its answer comes back', async () => {
  const api = await withDestination();
  const jobs: TestDestinationJob[] = [];
  const result = { is_sent: false, status: 403, answer: 'wrong signature', duration: 0.1 };
  api.bus.destinationTests.consume(
    async (job) => {
      jobs.push(job);
      const data = { test_id: job.test_id, result };
      await api.bus.events.publish({ type: 'destination_tested', data });
    },
    { concurrency: 1 },
  );
  const body = { destination_id: 1, config: api.item.config, language: 'zh' };
  const { status, json } = await api.asSession('POST', `${path}/test`, body);
  expect([status, json.item]).toEqual([200, result]);
  expect(jobs[0]).toMatchObject({ kind: 'webhook', language: 'zh', time_zone: 'UTC' });
  expect(openSealedConfig(api.db, jobs[0]?.sealed_config ?? '')).toMatchObject({ url, secret });
  expect(JSON.stringify(jobs)).not.toMatch(/0123456789/);
  const stored = { ...webhook, config: { url: 'https…cdef' } };
  expect((await api.asSession('POST', `${path}/test`, stored)).json.fields).toEqual({
    'config.url': { code: 'masked_form' },
  });
});

test('an incident is listed, acknowledged, muted and told again', async () => {
  const api = await withDestination();
  await goDown(api);
  const { json } = await api.asAdmin('GET', '/api/incidents?state=open');
  expect(json).toMatchObject({
    ...{ open: 1, next_before_id: null },
    items: [{ id: 1, scope: 'channel', kind: 'channel_down', severity: 'warning' }],
  });
  const { text: metrics } = await api.asAdmin('GET', '/metrics');
  expect(metrics).toContain('api_monitor_open_incidents{severity="warning"} 1');
  const act = (what: string, body: object) => api.asAdmin('POST', `/api/incidents/1/${what}`, body);
  await act('acknowledge', { acknowledged: true });
  const until = api.clock.now + 60;
  const muted = await act('mute', { until });
  expect(muted.json.item).toMatchObject({ acknowledged_by: 'API (unknown)', muted_until: until });
  await act('mute', { until: null });
  await act('acknowledge', { acknowledged: false });
  expect((await act('mute', { until: 5 })).json.fields).toEqual({
    until: { code: 'not_in_future' },
  });
  const { json: whole } = await api.asAdmin('GET', '/api/incidents/1');
  expect(whole.events.map(({ kind }: { kind: string }) => kind)).toEqual([
    ...['opened', 'joined', 'severity', 'told'],
    ...['acknowledged', 'muted', 'unmuted', 'withdrawn'],
  ]);
  expect(whole.deliveries).toMatchObject([{ key: 'n1-d1', status: 'waiting' }]);
  const { json: visited } = await api.asVisitor('GET', '/api/incidents/1');
  expect(visited).toMatchObject({ deliveries: [], destinations: [], item: { id: 1, told: [] } });
  expect(JSON.stringify(visited)).not.toMatch(/API \(unknown\)|n1-d1/);
  const { json: listed } = await api.asVisitor('GET', '/api/incidents');
  expect(listed).toMatchObject({ open: 1, can_change: false, items: [{ id: 1 }] });
  for (const [filter, found] of [
    ['severity=warning&target_id=1', 1],
    ['severity=critical', 0],
    ['target_id=2', 0],
  ] as const) {
    const { json: filtered } = await api.asVisitor('GET', `/api/incidents?${filter}`);
    expect([filtered.items.length, filtered.open], filter).toEqual([found, 1]);
  }
  expect((await api.asVisitor('POST', '/api/incidents/1/mute', { until })).status).toBe(403);
  expect((await api.asAdmin('POST', '/api/incidents/9/mute', { until })).status).toBe(404);
  const { json: audit } = await api.asSession('GET', '/api/admin/audit');
  expect(audit.items.map(({ action }: { action: string }) => action)).toEqual([
    ...['incident.withdrawn', 'incident.unmuted', 'incident.muted', 'incident.acknowledged'],
    'destination.created',
  ]);
});

test('a delivery that failed is sent again by hand, with its key, unless its destination is off', async () => {
  const api = await withDestination();
  await goDown(api);
  const claimed = await claimDelivery(api.db, { nowS: api.clock.now, leaseS: 60 });
  if (!claimed) throw new Error('nothing to send');
  const refused = { kind: 'failed', answer: '404: gone' } as const;
  await finishDelivery(api.db, claimed, refused, api.clock.now);
  const retry = () => api.asSession('POST', '/api/alerts/deliveries/1/retry');
  const { status, json } = await retry();
  expect([status, json.item]).toMatchObject([200, { key: 'n1-d1', status: 'waiting' }]);
  await api.asSession('PATCH', `${path}/1`, { enabled: false });
  expect((await listDeliveries(api.db, { limit: 1 }))[0]?.status).toBe('dropped');
  expect((await retry()).status).toBe(409);
});

test('rules are changed one by one, within their bounds', async () => {
  const api = await openTestApi();
  const { json } = await api.asSession('PATCH', '/api/alerts/rules', { failures_before_alert: 3 });
  expect(json.item).toEqual({ ...alertRuleDefaults, failures_before_alert: 3 });
  const { json: wrong } = await api.asSession('PATCH', '/api/alerts/rules', { down_for_s: -1 });
  expect(wrong.fields).toEqual({ down_for_s: { code: 'too_small', bound: 0 } });
});

test('a maintenance is planned, shown with its periods, changed and deleted', async () => {
  const api = await openTestApi();
  const from = api.clock.now - 10;
  const schedule = { kind: 'once', from, until: from + 3600 };
  const { json } = await api.asAdmin('POST', '/api/maintenance', { name: 'Works', schedule });
  expect(json.item).toMatchObject({ current: { from, until: from + 3600 }, next: null });
  const wrong = { kind: 'cron', cron: 'often', duration_min: 5, time_zone: 'Mars' };
  const refused = await api.asAdmin('PATCH', '/api/maintenance/1', { schedule: wrong });
  expect(Object.keys(refused.json.fields)).toEqual(['schedule.cron', 'schedule.time_zone']);
  const changed = await api.asAdmin('PATCH', '/api/maintenance/1', { tags: ['cheap'] });
  expect(changed.json.item).toMatchObject({ name: 'Works', tags: ['cheap'] });
  expect((await api.asAdmin('DELETE', '/api/maintenance/1')).status).toBe(200);
  expect((await api.asAdmin('GET', '/api/maintenance')).json.items).toEqual([]);
});

test('notes for the public follow one another', async () => {
  const api = await openTestApi();
  const note = { state: 'investigating', title: 'Slow', text: 'We are looking.' };
  const { json } = await api.asAdmin('POST', '/api/status-notes', note);
  const next = { ...note, state: 'resolved', thread_id: json.item.thread_id };
  await api.asAdmin('POST', '/api/status-notes', next);
  const { json: list } = await api.asAdmin('GET', '/api/status-notes');
  expect(list.items).toMatchObject([
    { id: 2, thread_id: 1, state: 'resolved' },
    { id: 1, thread_id: 1, slugs: [], incident_id: null },
  ]);
  const about = await api.asAdmin('POST', '/api/status-notes', { ...note, incident_id: 7 });
  expect(about.json.fields).toEqual({ incident_id: { code: 'does_not_exist' } });
  const lines = await api.asAdmin('POST', '/api/status-notes', { ...note, slugs: ['none'] });
  expect(lines.json.fields).toEqual({ slugs: { code: 'does_not_exist' } });
});
