import { keysOf, type Target, targetDefaults } from '@api-monitor/core';
import { createTarget, listTargets, openApiKey, openTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { openTestApi } from './open-test-api.ts';

const path = '/api/admin/channels/import';
const row = {
  ...{ type: 1, status: 1, models: '', auto_ban: 1, priority: 0 },
  ...{ name: 'mine', base_url: 'https://a.example' },
};

async function opened() {
  const { asSession, db } = await openTestApi();
  const importing = async (rows: object[]) => {
    const { json } = await asSession('POST', path, rows);
    return json;
  };
  /** Each channel's id and name, by its keys. */
  const stored = async () => {
    const targets = await listTargets(db);
    const keysIn = (one: Target) => keysOf(openTarget(db, one)).map(({ api_key }) => api_key);
    return Object.fromEntries(targets.map((one) => [keysIn(one).join(), [one.id, one.name]]));
  };
  return { importing, stored, db, asSession };
}

test('a row with many keys is one channel, also when it comes again', async () => {
  const { importing, stored } = await opened();
  await importing([{ ...row, key: 'a\nb\nc' }]);
  expect(await stored()).toEqual({ 'a,b,c': [1, 'mine'] });
  const { counts } = await importing([{ ...row, key: 'a\nb\nc' }]);
  expect(counts).toMatchObject({ unchanged: 1, changed: 0, created: 0, refused: 0 });
});

test('a list that lost its first key, or has others, changes the keys of its channel', async () => {
  const { importing, stored } = await opened();
  await importing([{ ...row, key: 'a\nb\nc' }]);
  const { items } = await importing([{ ...row, name: 'renamed', key: 'b\nc\nd' }]);
  expect(items[0]).toMatchObject({ outcome: 'changed' });
  expect(items[0].changes.map(({ field }: { field: string }) => field).toSorted()).toEqual([
    ...['api_key', 'keys', 'name'],
  ]);
  expect(await stored()).toEqual({ 'b,c,d': [1, 'renamed'] });
});

test('channels that an earlier version made of a row’s keys keep them, and new keys join the first', async () => {
  const { importing, stored } = await opened();
  await importing([own('mine', 'a'), own('mine (2)', 'b'), own('mine (3)', 'c')]);
  const before = { a: [1, 'mine'], b: [2, 'mine (2)'], c: [3, 'mine (3)'] };
  expect(await stored()).toEqual(before);
  const again = await importing([{ ...row, key: 'a\nb\nc' }]);
  expect(again.items[0]).toMatchObject({ outcome: 'unchanged', name: 'mine' });
  expect(again.items[0].notes).toContainEqual({
    code: 'keys_elsewhere',
    params: { keys: 2, names: 'mine (2), mine (3)' },
  });
  expect(await stored()).toEqual(before);
  await importing([{ ...row, key: 'a\nb\nc\nd' }]);
  expect(await stored()).toEqual({ ...before, a: undefined, 'a,d': [1, 'mine'] });
});

test('no stored key goes where an entry moves its channel, whatever keys the entry has', async () => {
  const { importing, stored, db } = await opened();
  const keys = ['a', 'b', 'c'].map((api_key) => ({ name: api_key, api_key, enabled: true }));
  await importing([{ ...own('mine', 'a'), keys }]);
  const moved = { name: 'mine', base_url: 'https://evil.example' };
  const { items } = await importing([{ ...moved, api_key: 'x' }]);
  expect(items).toMatchObject([
    { outcome: 'refused', fields: { keys: { code: 'reenter_key' } }, changes: [] },
  ]);
  expect(await stored()).toEqual({ 'a,b,c': [1, 'mine'] });
  const list = [{ name: 'x', api_key: 'x', enabled: true }];
  expect((await importing([{ ...moved, keys: list }])).counts).toMatchObject({ changed: 1 });
  expect(await stored()).toEqual({ x: [1, 'mine'] });
  expect(await listTargets(db)).toMatchObject([{ base_url: 'https://evil.example' }]);
});

test.each([
  ['proxy_url', 'http://127.0.0.1:9'],
  ['verify_ssl', false],
])('an entry without the channel’s key can’t set its %s', async (field, value) => {
  const { importing, db } = await opened();
  await importing([own('mine', 'a')]);
  const entry = { name: 'mine', base_url: 'https://a.example', [field]: value };
  const { items } = await importing([{ ...entry, interval_min: 7 }]);
  expect(items).toMatchObject([{ outcome: 'refused', fields: { [field]: { code: 'needs_key' } } }]);
  expect(await listTargets(db)).toMatchObject([{ proxy_url: null, verify_ssl: true }]);
  expect((await importing([{ ...entry, api_key: 'a' }])).counts).toMatchObject({ changed: 1 });
});

test('swapped priorities between equal names move neither address nor key', async () => {
  const { importing, stored, db } = await opened();
  const first = { ...row, key: 'a', priority: 9 };
  const second = { ...row, key: 'b', base_url: 'https://b.example', priority: 1 };
  await importing([first, second]);
  const { counts } = await importing([
    { ...first, priority: 1 },
    { ...second, priority: 9 },
  ]);
  expect(counts).toMatchObject({ created: 0, changed: 2 });
  expect(await stored()).toEqual({ a: [1, 'mine'], b: [2, 'mine (2)'] });
  expect(await listTargets(db)).toMatchObject([
    { base_url: 'https://a.example', priority: 1 },
    { base_url: 'https://b.example', priority: 9 },
  ]);
});

test('a row with several keys fits beside another of the same name', async () => {
  const { importing, stored } = await opened();
  const rows = [
    { ...row, key: 'a\nb' },
    { ...row, name: 'mine (2)', key: 'c' },
    { ...row, key: 'd' },
  ];
  expect((await importing(rows)).counts).toMatchObject({ created: 3, refused: 0 });
  const names = { 'a,b': [1, 'mine'], d: [3, 'mine (3)'], c: [2, 'mine (2)'] };
  expect(await stored()).toEqual(names);
  expect((await importing(rows.toReversed())).counts).toMatchObject({ unchanged: 3 });
  expect(await stored()).toEqual(names);
});

const own = (name: string, key: string) => ({
  ...{ name, base_url: 'https://a.example', api_key: key },
});

test('channels of a file that exchange their names keep their keys', async () => {
  const { importing, stored } = await opened();
  await importing([own('one', 'a'), own('two', 'b'), own('three', 'c')]);
  const { counts } = await importing([own('two', 'a'), own('three', 'b'), own('one', 'c')]);
  expect(counts).toMatchObject({ changed: 3, refused: 0 });
  expect(await stored()).toEqual({ a: [1, 'two'], b: [2, 'three'], c: [3, 'one'] });
});

test('a channel of a file whose key was changed to one in use keeps its name', async () => {
  const { importing, db } = await opened();
  await importing([own('one', 'a'), own('two', 'b')]);
  const { items } = await importing([own('one', 'b')]);
  expect(items[0]).toMatchObject({ outcome: 'changed', changes: [{ field: 'api_key' }] });
  expect(await listTargets(db)).toMatchObject([{ name: 'one' }, { name: 'two' }]);
});

test("new-api's list has no keys: it is imported paused, and again without changes", async () => {
  const { importing, db } = await opened();
  const rows = [{ ...row }, { ...row, base_url: 'https://b.example' }];
  const { counts, items } = await importing(rows);
  expect(counts).toMatchObject({ created: 2, refused: 0 });
  expect(items[0].notes).toEqual([
    { code: 'keyless', params: {} },
    { code: 'paused', params: {} },
  ]);
  expect(await listTargets(db)).toMatchObject([{ enabled: false }, { enabled: false }]);
  expect((await importing(rows.toReversed())).counts).toMatchObject({ unchanged: 2 });
  const withKeys = rows.map((one, index) => ({ ...one, key: `sk-${index}` }));
  expect((await importing(withKeys)).counts).toMatchObject({ changed: 2 });
  const targets = await listTargets(db);
  expect(targets.map((one) => [one.name, one.enabled, openApiKey(db, one)])).toEqual([
    ['mine', true, 'sk-0'],
    ['mine (2)', true, 'sk-1'],
  ]);
});

test('names that differ only in case or Unicode form are one channel, in the spelling that is stored', async () => {
  const { importing, stored } = await opened();
  await importing([own('Café', 'a'), own('two', 'b')]);
  expect((await importing([own('CAFE\u0301', 'a')])).counts).toMatchObject({ unchanged: 1 });
  const { items } = await importing([own('café', 'a2')]);
  expect(items[0]).toMatchObject({ outcome: 'changed', changes: [{ field: 'api_key' }] });
  expect(await stored()).toEqual({ a2: [1, 'Café'], b: [2, 'two'] });
});

test('of two new channels with such names, the second is refused', async () => {
  const { importing } = await opened();
  const { items } = await importing([own('Relay', 'a'), own('RELAY', 'b')]);
  expect(items).toMatchObject([
    { outcome: 'created' },
    { outcome: 'refused', fields: { name: { code: 'taken' } } },
  ]);
});

test('channels that have such names already stay two', async () => {
  const { importing, stored, db } = await opened();
  for (const [name, key] of [
    ['Relay', 'a'],
    ['relay', 'b'],
  ] as const) {
    await createTarget(db, { ...targetDefaults, ...own(name, key) }, 1);
  }
  const { counts } = await importing([own('relay', 'b'), own('Relay', 'a')]);
  expect(counts).toMatchObject({ unchanged: 2 });
  expect(await stored()).toEqual({ a: [1, 'Relay'], b: [2, 'relay'] });
});

test('a new channel may take a name that another one gives up', async () => {
  const { importing, stored } = await opened();
  await importing([own('one', 'a')]);
  const { counts } = await importing([own('two', 'a'), own('one', 'b')]);
  expect(counts).toMatchObject({ changed: 1, created: 1 });
  expect(await stored()).toEqual({ a: [1, 'two'], b: [2, 'one'] });
});

test('bad names of models are said at their field', async () => {
  const { importing } = await opened();
  const { items } = await importing([{ ...own('a', 'k'), models: ['ok', 'x'.repeat(257)] }]);
  expect(items[0]).toMatchObject({
    outcome: 'refused',
    fields: { 'models.1': { code: 'too_long', bound: 256 } },
  });
});

test('a row that is paused says so, and one that is refused does not', async () => {
  const { importing } = await opened();
  const azure = { ...row, type: 3, key: 'sk-a' };
  const { items } = await importing([azure, { ...azure, name: 'nowhere', base_url: null }]);
  const codes = items.map(({ notes }: { notes: { code: string }[] }) => notes.map((it) => it.code));
  expect(codes).toEqual([['foreign_protocol', 'paused'], ['foreign_protocol']]);
  expect(items).toMatchObject([{ outcome: 'created' }, { outcome: 'refused' }]);
});
