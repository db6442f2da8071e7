import { getTarget, listTargets, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const file = 'channels/relay.yaml';

/** A channel that code manages, as if `channels apply` had added it. */
async function withManaged() {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  await updateTarget(api.db, 1, { managed_by: file }, 1);
  return api;
}

test('a channel that code manages can’t be changed by hand, and the error says where to change it', async () => {
  const api = await withManaged();
  const calls = [
    await api.asAdmin('PATCH', '/api/targets/1', { interval_min: 5, timeout_s: 9 }),
    await api.asSession('PATCH', '/api/admin/channels/1/advanced', { max_models: 3 }),
    await api.asSession('PATCH', '/api/admin/channels/1/models', { selected_models: ['m'] }),
    await api.asAdmin('PATCH', '/api/targets/1', { api_key: 'sk-another-one' }),
    await api.asAdmin('DELETE', '/api/targets/1'),
  ];
  for (const { status, json } of calls) {
    expect(status).toBe(409);
    expect(json).toMatchObject({
      detail: `channel "relay" is managed by code: change it in ${file}, or release it first`,
      reason: 'managed_by_code',
    });
  }
  const code = 'managed_by_code';
  expect(calls[0]?.json.fields).toEqual({ interval_min: { code }, timeout_s: { code } });
  expect(await getTarget(api.db, 1)).toMatchObject({ interval_min: 30, max_models: 0 });
});

test('it can be paused, moved and run, and sent back as it was read', async () => {
  const api = await withManaged();
  const { item } = (await api.asAdmin('GET', '/api/targets/1')).json;
  expect(item.managed_by).toBe(file);
  const { json, status } = await api.asAdmin('PATCH', '/api/targets/1', {
    ...item,
    managed_by: null,
    enabled: false,
  });
  expect(status).toBe(200);
  expect(json.item).toMatchObject({ enabled: false, managed_by: file });
  await api.asAdmin('POST', '/api/targets', { ...newTarget, name: 'other' });
  expect((await api.asAdmin('POST', '/api/targets/reorder', { ids: [2, 1] })).status).toBe(200);
  expect((await api.asAdmin('POST', '/api/targets/1/run')).status).toBe(200);
});

test('an import leaves it alone and says why', async () => {
  const api = await withManaged();
  const channels = [
    { name: 'relay', base_url: 'https://relay.example/v1/', interval_min: 5 },
    { name: 'new', base_url: 'https://new.example', api_key: 'sk-new' },
  ];
  const { json } = await api.asSession('POST', '/api/admin/channels/import', { channels });
  expect(json.counts).toEqual({ created: 1, changed: 0, unchanged: 0, refused: 1 });
  expect(json.items[0].fields).toMatchObject({ interval_min: { code: 'managed_by_code' } });
  const [relay] = await listTargets(api.db);
  expect(relay).toMatchObject({ interval_min: 30, managed_by: file });
});

test('a visitor doesn’t learn where the code is', async () => {
  const api = await withManaged();
  const { json } = await api.asVisitor('GET', '/api/targets');
  expect(json.items[0].managed_by).toBeNull();
});
