import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const path = '/api/targets/bulk';

/** Three channels, of which the second has a tag and the third is paused. */
async function withChannels() {
  const api = await openTestApi();
  const add = (fields: object) => api.asAdmin('POST', '/api/targets', { ...newTarget, ...fields });
  await add({ name: 'a' });
  await add({ name: 'b', tags: ['Cheap'] });
  await add({ name: 'c', enabled: false });
  const act = async (body: object) => {
    const { status, json } = await api.asAdmin('POST', path, body);
    expect(status).toBe(200);
    return json.items.map(({ outcome }: { outcome: string }) => outcome);
  };
  const read = async (field: string) =>
    (await api.asAdmin('GET', '/api/targets?history=0')).json.items.map(
      (item: Record<string, unknown>) => item[field],
    );
  const actions = async () =>
    (await api.asSession('GET', '/api/admin/audit')).json.items.map(
      (entry: { action: string; subject_name: string }) => `${entry.action} ${entry.subject_name}`,
    );
  return { ...api, act, read, actions };
}

const ids = [1, 2, 3, 9];

test('channels are paused and resumed, and what is so already stays unchanged', async () => {
  const { act, read } = await withChannels();
  expect(await act({ ids, action: 'pause' })).toEqual(['done', 'done', 'unchanged', 'missing']);
  expect(await read('enabled')).toEqual([false, false, false]);
  expect(await act({ ids: [1, 1], action: 'resume' })).toEqual(['done']);
  expect(await read('enabled')).toEqual([true, false, false]);
});

test('tags are added and removed in whatever case, others stay', async () => {
  const { act, read } = await withChannels();
  const tagged = await act({ ids: [1, 2], action: 'tag', tags: ['cheap', 'EU'] });
  expect([tagged, await read('tags')]).toEqual([
    ['done', 'done'],
    [['cheap', 'EU'], ['Cheap', 'EU'], []],
  ]);
  expect(await act({ ids: [1, 2], action: 'tag', tags: ['eu'] })).toEqual([
    'unchanged',
    'unchanged',
  ]);
  expect(await act({ ids: [1, 2, 3], action: 'untag', tags: ['CHEAP'] })).toEqual([
    ...['done', 'done', 'unchanged'],
  ]);
  expect(await read('tags')).toEqual([['EU'], ['EU'], []]);
});

test('a channel that is refused does not keep the others from their change', async () => {
  const { asAdmin, read } = await withChannels();
  const many = Array.from({ length: 20 }, (_, index) => `tag ${index}`);
  await asAdmin('PATCH', '/api/targets/1', { tags: many });
  const { json } = await asAdmin('POST', path, { ids: [1, 2], action: 'tag', tags: ['EU'] });
  expect(json.items).toEqual([
    {
      id: 1,
      outcome: 'refused',
      reason: 'a channel may have at most 20 tags',
      fields: { tags: { code: 'too_many', bound: 20 } },
    },
    { id: 2, outcome: 'done', reason: null, fields: {} },
  ]);
  expect((await read('tags'))[1]).toEqual(['Cheap', 'EU']);
});

test('runs are queued, and a channel that waits for one is not queued again', async () => {
  const { act, bus } = await withChannels();
  expect(await act({ ids: [1, 3], action: 'run' })).toEqual(['done', 'done']);
  expect(await act({ ids: [1, 2], action: 'run' })).toEqual(['unchanged', 'done']);
  expect(await bus.manualRuns.depth()).toMatchObject({ waiting: 3 });
});

test('the interval changes, and deleted channels are gone', async () => {
  const { act, read } = await withChannels();
  expect(await act({ ids, action: 'interval', interval_min: 5 })).toContain('done');
  expect(await read('interval_min')).toEqual([5, 5, 5]);
  expect(await act({ ids: [3, 1], action: 'delete' })).toEqual(['done', 'done']);
  expect(await read('name')).toEqual(['b']);
  expect(await act({ ids: [3], action: 'delete' })).toEqual(['missing']);
});

test('each change is in the audit log', async () => {
  const { act, actions } = await withChannels();
  await act({ ids: [1, 2], action: 'tag', tags: ['EU'] });
  await act({ ids: [2], action: 'delete' });
  expect((await actions()).slice(0, 3)).toEqual([
    ...['target.deleted b', 'target.changed b', 'target.changed a'],
  ]);
});

test.each([
  [{ ids: [], action: 'run' }, 'ids'],
  [{ ids: [1], action: 'explode' }, 'action'],
  [{ ids: [1], action: 'tag', tags: [] }, 'tags'],
  [{ ids: [1], action: 'tag', tags: ['x'.repeat(33)] }, 'tags.0'],
  [{ ids: [1], action: 'interval', interval_min: 0 }, 'interval_min'],
  [{ ids: [1], action: 'pause', tags: ['a'] }, 'tags'],
])('%j is refused', async (body, field) => {
  const { asAdmin } = await withChannels();
  const { status, json } = await asAdmin('POST', path, body);
  expect([status, Object.keys(json.fields)]).toEqual([400, [field]]);
});

test('a visitor may not', async () => {
  const { asVisitor } = await withChannels();
  expect((await asVisitor('POST', path, { ids: [1], action: 'run' })).status).toBe(403);
});
