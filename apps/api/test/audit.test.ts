import { expect, test } from 'vitest';
import { newTarget, openTestApi, upstreamKey } from './open-test-api.ts';

const path = '/api/admin/audit';

async function afterSomeChanges() {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  api.clock.now += 10;
  await api.asAdmin('POST', '/api/targets/1/run');
  await api.asSession('PATCH', '/api/targets/1', { name: 'mine', api_key: 'sk-new-0123456789' });
  await api.asSession('GET', '/api/targets/1/secret');
  await api.asAdmin('POST', '/api/targets/reorder', { ids: [1] });
  const { json } = await api.asSession('POST', '/api/proxy/keys', { name: 'editor' });
  await api.asSession('PATCH', '/api/proxy/keys/1', { rpm_limit: 5 });
  await api.asSession('POST', '/api/proxy/keys/1/regenerate');
  await api.asSession('DELETE', '/api/proxy/keys/1');
  await api.asSession('DELETE', '/api/proxy/keys/1');
  await api.asAdmin('DELETE', '/api/targets/1');
  const read = async (query = '') => (await api.asSession('GET', path + query)).json;
  return { ...api, proxyKey: json.proxy_key, read };
}

const actionsOf = ({ items }: { items: { action: string }[] }) => items.map((one) => one.action);

test('it says who did what to what, newest first', async () => {
  const { read, clock } = await afterSomeChanges();
  const log = await read();
  expect(actionsOf(log)).toEqual([
    'target.deleted',
    'proxy_key.revoked',
    'proxy_key.regenerated',
    'proxy_key.changed',
    'proxy_key.created',
    'targets.reordered',
    'target.secret_read',
    'target.changed',
    'target.run',
    'target.created',
  ]);
  expect(log.items.at(-3)).toEqual({
    id: 3,
    timestamp: clock.now,
    actor: 'session',
    session_id: 1,
    address: 'unknown',
    action: 'target.changed',
    subject_id: 1,
    subject_name: 'mine',
    changes: [
      { field: 'name', old: 'relay', new: 'mine' },
      { field: 'api_key', old: '[secret]', new: '[secret]' },
    ],
  });
  expect(log.items.at(-1)).toMatchObject({ actor: 'api_token', session_id: null });
});

test('no secret is in it', async () => {
  const { read, proxyKey } = await afterSomeChanges();
  const text = JSON.stringify(await read());
  for (const secret of [upstreamKey, 'sk-new-0123456789', proxyKey]) {
    expect(text).not.toContain(secret);
  }
});

test('it can be filtered and read page by page', async () => {
  const { read, clock } = await afterSomeChanges();
  expect(actionsOf(await read('?action=target.created'))).toEqual(['target.created']);
  expect((await read('?actor=session')).items).toHaveLength(6);
  expect((await read('?session_id=1')).items).toHaveLength(6);
  expect((await read('?session_id=2')).items).toHaveLength(0);
  expect((await read('?address=unknown')).items).toHaveLength(10);
  expect(actionsOf(await read(`?to=${clock.now}`))).toEqual(['target.created']);
  expect((await read(`?from=${clock.now}`)).items).toHaveLength(9);
  const first = await read('?limit=4');
  const second = await read(`?limit=4&before_id=${first.next_before_id}`);
  const third = await read(`?limit=4&before_id=${second.next_before_id}`);
  expect([first.items.length, second.items.length, third.items.length]).toEqual([4, 4, 2]);
  expect(third.next_before_id).toBeNull();
});

test.each([
  ['?action=everything', 'action must be one of'],
  ['?limit=1000000', 'limit must be a whole number from 1 to 500'],
  ['?before_id=x', 'before_id must be a whole number'],
])('%s is refused: %s', async (query, fault) => {
  const { asSession } = await openTestApi();
  const { status, json } = await asSession('GET', path + query);
  expect([status, json.detail]).toEqual([400, expect.stringContaining(fault)]);
});

test('a change that was refused leaves no entry', async () => {
  const { asSession, asAdmin } = await openTestApi();
  await asAdmin('POST', '/api/targets', newTarget);
  expect((await asAdmin('POST', '/api/targets', newTarget)).status).toBe(409);
  expect((await asAdmin('PATCH', '/api/targets/1', { interval_min: 0 })).status).toBe(400);
  expect(actionsOf((await asSession('GET', path)).json)).toEqual(['target.created']);
});
