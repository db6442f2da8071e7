import { listAudit } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi, upstreamKey } from './open-test-api.ts';

test('the admin panel lists channels with their advanced fields, and no key', async () => {
  const { asSession } = await openTestApi();
  await asSession('POST', '/api/targets', newTarget);
  const { json, text } = await asSession('GET', '/api/admin/channels');
  expect(json.items).toMatchObject([{ id: 1, name: 'relay', verify_ssl: true, max_models: 0 }]);
  expect(text).not.toContain(upstreamKey);
});

test('a key that this installation cannot open leaves both lists readable', async () => {
  const { asSession, asAdmin, db } = await openTestApi();
  await asSession('POST', '/api/targets', newTarget);
  await asSession('POST', '/api/targets', { ...newTarget, name: 'foreign' });
  const foreignKey = 'v1:not sealed here';
  await db.kysely.updateTable('targets').set({ api_key: foreignKey }).where('id', '=', 2).execute();
  for (const { status, json } of [
    await asAdmin('GET', '/api/targets'),
    await asSession('GET', '/api/admin/channels'),
  ]) {
    expect([status, json.items]).toMatchObject([
      200,
      [{ api_key: 'sk-up…cdef' }, { api_key: '…' }],
    ]);
  }
  const path = '/api/admin/channels/2/advanced';
  expect((await asSession('PATCH', path, { max_models: 3 })).json.item).toMatchObject({
    api_key: '…',
    max_models: 3,
  });
  const patch = { api_key: '…', max_models: 4 };
  const { status, json } = await asAdmin('PATCH', '/api/targets/2', patch);
  expect([status, json.item]).toMatchObject([200, patch]);
});

test('a change of the advanced fields is published and recorded', async () => {
  const { asSession, bus, db } = await openTestApi();
  await asSession('POST', '/api/targets', newTarget);
  const published: unknown[] = [];
  bus.events.subscribe(({ event }) => published.push(event));
  const patch = { verify_ssl: false, prompt: 'hello', max_models: 3 };
  const target_id = 1;
  const { status, json } = await asSession('PATCH', '/api/admin/channels/1/advanced', patch);
  expect([status, json.item]).toEqual([200, expect.objectContaining(patch)]);
  // What was found with another way to the channel counts no longer.
  expect(published).toEqual([
    { type: 'fault_changed', data: { target_id, fault: null, at: expect.any(Number) } },
    { type: 'target_updated', data: { target_id } },
  ]);
  const [entry] = await listAudit(db, { limit: 1 });
  expect(entry).toMatchObject({ action: 'target.changed', subject_id: 1, subject_name: 'relay' });
  expect(entry?.changes).toContainEqual({ field: 'verify_ssl', old: true, new: false });
});

test.each([
  [{ max_models: 5001 }, 'max_models must be at most 5000'],
  [{ prompt: '' }, 'prompt must not be empty'],
  [{ anthropic_version: 'a b c d' }, 'anthropic_version must be printable ASCII'],
  [{ name: 'other' }, 'unknown field "name"'],
])('%j is refused: %s', async (patch, fault) => {
  const { asSession } = await openTestApi();
  await asSession('POST', '/api/targets', newTarget);
  const { status, json } = await asSession('PATCH', '/api/admin/channels/1/advanced', patch);
  expect([status, json.detail]).toEqual([400, expect.stringContaining(fault)]);
});

test('the models of a channel are selected in the panel as under /api/targets', async () => {
  const { asSession } = await openTestApi();
  await asSession('POST', '/api/targets', newTarget);
  const path = '/api/admin/channels/1/models';
  const chosen = { selected_models: ['gpt-4o'] };
  expect((await asSession('PATCH', path, chosen)).json.item).toMatchObject(chosen);
  expect((await asSession('GET', path)).json).toEqual(
    (await asSession('GET', '/api/targets/1/models')).json,
  );
  expect((await asSession('GET', '/api/admin/channels/9/models')).status).toBe(404);
});

test('the resources are a sample', async () => {
  const { asSession, clock } = await openTestApi();
  const { json } = await asSession('GET', '/api/admin/resources');
  expect(json.sample_time_ms).toBe(clock.now * 1000);
  expect(Object.keys(json.container).sort()).toEqual(
    [
      'available',
      'cgroup_version',
      'cpu_limit_cores',
      'cpu_usage_seconds_total',
      'detail',
      'memory_limit_bytes',
      'memory_usage_bytes',
    ].sort(),
  );
  expect(json.process.memory_rss_bytes).toBeGreaterThan(1e6);
});
