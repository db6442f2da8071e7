import { type Evidence, type MonitorEvent, noEvidence } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { failedProbe, probe, recordRun } from './record-run.ts';

type Fields = Parameters<typeof probe>[0];

/** A channel whose run has just found these models. */
async function withModels(...models: NonNullable<Fields>[]) {
  const api = await openTestApi();
  const { id } = (await api.asAdmin('POST', '/api/targets', newTarget)).json.item;
  const timestamp = api.clock.now;
  const probes = models.map((fields) =>
    (fields.success === false ? failedProbe : probe)({ timestamp, ...fields }),
  );
  await recordRun(api.db, id, timestamp, probes);
  const events: MonitorEvent[] = [];
  api.bus.events.subscribe(({ event }) => events.push(event));
  const read = async () => (await api.asVisitor('GET', `/api/targets/${id}`)).json.item;
  return { ...api, id, events, read };
}

const failing = (at: number): Evidence => ({
  ...noEvidence('chat', at),
  ...{ proved_at: at - 60, failures: 2, failing_since: at, rest_until: at + 2 },
  ...{ state: 'proven', proved_by: 'probe', error_kind: 'upstream', error: 'HTTP 502' },
});

test('a model shows its evidence, its one state, and the older fields that follow from it', async () => {
  const { read, bus, clock, id } = await withModels({ model: 'm' }, { model: 'x', success: false });
  const [alive, dead] = (await read()).latest_models;
  expect(alive).toMatchObject({
    ...{ evidence: [{ route: 'chat', state: 'proven' }], plan: 'probed', gone_at: null },
    headline: { state: 'proven', route: 'chat', rest: 'none', proved_by: 'probe', error: null },
    ...{ live_failures: 0, live_failed_at: null, live_error: null, open_breaker: null },
  });
  expect(dead).toMatchObject({
    headline: { state: 'failed', rest: 'resting', error_kind: 'rate_limit' },
    ...{ recheck_at: clock.now + 30, live_failures: 0, open_breaker: null },
  });
  clock.now += 5;
  const evidence = failing(clock.now);
  const data = { target_id: id, model: 'm', evidence };
  await bus.events.publish({ type: 'evidence_changed', data });
  expect((await read()).latest_models[0]).toMatchObject({
    headline: { state: 'proven', rest: 'resting', retry_at: clock.now + 2 },
    ...{ live_failures: 2, live_failed_at: clock.now, live_error: 'HTTP 502' },
    open_breaker: { failures: 2, error: 'HTTP 502', opened_at: clock.now },
  });
});

test('another key or address ends the fault and starts a run, but nothing else does', async () => {
  const { asAdmin, bus, clock, db, events, id, read } = await withModels({ model: 'm' });
  const times = { since: clock.now, found_at: clock.now, rest_until: clock.now + 30 };
  const fault = { kind: 'auth', error: 'HTTP 401: revoked', failures: 6, ...times } as const;
  const stored = JSON.stringify(fault);
  await db.kysely.updateTable('targets').set({ fault: stored }).where('id', '=', id).execute();
  expect(await read()).toMatchObject({ fault, latest_models: [{ headline: { state: 'failed' } }] });

  const path = `/api/targets/${id}`;
  const { base_url, api_key } = newTarget;
  await asAdmin('PATCH', path, { interval_min: 5, base_url, api_key });
  expect((await read()).fault).toEqual(fault);
  expect(await bus.manualRuns.depth()).toEqual({ waiting: 0, active: 0 });

  clock.now += 1;
  events.length = 0;
  const { json } = await asAdmin('PATCH', path, { api_key: 'sk-another-0123456789' });
  expect(json.item.fault).toBeNull();
  expect(events).toEqual([
    { type: 'fault_changed', data: { target_id: id, fault: null, at: clock.now } },
    { type: 'target_updated', data: { target_id: id } },
  ]);
  expect(await bus.manualRuns.depth()).toEqual({ waiting: 1, active: 0 });
});

test('a disabled channel with another address is not probed by itself', async () => {
  const { asAdmin, bus, id } = await withModels({ model: 'm' });
  const moved = { enabled: false, base_url: 'https://other.example', api_key: 'sk-0123456789' };
  expect((await asAdmin('PATCH', `/api/targets/${id}`, moved)).status).toBe(200);
  expect(await bus.manualRuns.depth()).toEqual({ waiting: 0, active: 0 });
});

test('models are counted by whether any route of their channels can serve them', async () => {
  const { asAdmin, asVisitor, db, clock } = await withModels(
    { model: 'everywhere' },
    { model: 'somewhere' },
    { model: 'nowhere', success: false },
    { model: 'dall-e-3', success: false, error_kind: 'skipped', error: 'an image model' },
  );
  await asAdmin('POST', '/api/targets', { ...newTarget, name: 'other' });
  const timestamp = clock.now;
  await recordRun(db, 2, clock.now, [
    probe({ model: 'everywhere', timestamp, route: 'anthropic', protocol: 'anthropic' }),
    failedProbe({ model: 'somewhere', timestamp }),
  ]);
  const { counts, items } = (await asVisitor('GET', '/api/models')).json;
  expect(counts).toEqual({ all: 1, some: 1, none: 1, untold: 1 });
  expect(
    items.map((item: { model: string; served_by: string }) => [item.model, item.served_by]),
  ).toEqual([
    ['dall-e-3', 'untold'],
    ['everywhere', 'all'],
    ['nowhere', 'none'],
    ['somewhere', 'some'],
  ]);
  expect(items[1]).toMatchObject({
    route: 'chat',
    channels: [
      { target_name: 'relay', is_servable: true, routes_proven: ['chat'] },
      { target_name: 'other', is_servable: true, routes_proven: ['anthropic'] },
    ],
  });
});

test('typed and gone models are listed, with what probes do with them', async () => {
  const { asAdmin, asSession, db, clock, id } = await withModels({ model: 'old' }, { model: 'm' });
  const path = `/api/admin/channels/${id}/models`;
  await asSession('PATCH', path, { models: ['typed', 'm'], dont_probe: ['typ*'] });
  const probes = [probe({ model: 'm', timestamp: clock.now })];
  await recordRun(db, id, clock.now, probes, { listed_models: ['m', 'veo-3'] });
  const { item } = (await asSession('GET', path)).json;
  expect(item).toMatchObject({ models: ['typed', 'm'], dont_probe: ['typ*'], models_mode: 'both' });
  const shown = item.available_models.map(
    (one: { model: string; source: string; plan: string }) => [one.model, one.source, one.plan],
  );
  expect(shown).toEqual([
    ['m', 'typed', 'probed'],
    ['old', 'gone', 'probed'],
    ['typed', 'typed', 'unprovable'],
    ['veo-3', 'listed', 'skipped'],
  ]);
  const bad = await asAdmin('PATCH', `/api/targets/${id}/models`, { models_mode: 'some' });
  expect([bad.status, bad.json.fields]).toMatchObject([
    400,
    { models_mode: { code: 'not_allowed' } },
  ]);
});

test('metrics say how models are, and what probes have cost', async () => {
  const { asAdmin } = await withModels({ model: 'm' }, { model: 'x', success: false });
  const { text } = await asAdmin('GET', '/metrics');
  expect(text).toContain('api_monitor_models{state="proven",servable="true"} 1');
  expect(text).toContain('api_monitor_models{state="failed",servable="false"} 1');
  expect(text).toContain('api_monitor_channel_availability_ratio{target_id="1"} 0.5');
  expect(text).toContain('api_monitor_probe_requests_today{target_id="1"} 2');
  expect(text).toContain('api_monitor_probe_tokens_today{target_id="1"} 42');
});
