import { expect, test } from 'vitest';
import { targetFieldSchemas } from '../targets/target.ts';
import { keyLineOf, keysOf, parseKeyLine, settledKeys, type TargetKey } from './target-keys.ts';

const key = (api_key: string, name = api_key, enabled = true): TargetKey => ({
  ...{ name, api_key, enabled },
});
const [a, b, c] = [key('a'), key('b'), key('c')];

test.each<[string, TargetKey]>([
  ['sk-1', { name: '', api_key: 'sk-1', enabled: true }],
  ['  # sk-1 ', { name: '', api_key: 'sk-1', enabled: false }],
  ['#sk-1', { name: '', api_key: 'sk-1', enabled: false }],
  ['team a: sk-1', { name: 'team a', api_key: 'sk-1', enabled: true }],
  ['# team: b:  sk-1', { name: 'team: b', api_key: 'sk-1', enabled: false }],
  ['id:secret', { name: '', api_key: 'id:secret', enabled: true }],
  ['two words', { name: '', api_key: 'two words', enabled: true }],
])('the line %j is a key', (line, expected) => {
  expect(parseKeyLine(line)).toEqual(expected);
});

test.each([key('sk-1', ''), key('sk-1', 'x: y', false), key('a:b', 'p')])(
  'a key written as a line is read back: %j',
  (one) => {
    expect(parseKeyLine(keyLineOf(one))).toEqual(one);
  },
);

test('a channel without a list has its one key', () => {
  expect(keysOf({ api_key: 'a', keys: [] })).toEqual([{ name: '', api_key: 'a', enabled: true }]);
  expect(keysOf({ api_key: 'a', keys: [a, b] })).toEqual([a, b]);
});

test('a list makes its first enabled key the channel’s own', () => {
  const off = { ...a, enabled: false };
  expect(settledKeys(null, { keys: [off, b, c] })).toEqual({ api_key: 'b', keys: [off, b, c] });
  expect(settledKeys({ api_key: 'a', keys: [] }, { keys: [b] })).toEqual({
    ...{ api_key: 'b', keys: [b] },
  });
});

test('a new key alone replaces the first enabled one, with its name', () => {
  const off = { ...a, enabled: false };
  expect(settledKeys({ api_key: 'b', keys: [off, b, c] }, { api_key: 'new' })).toEqual({
    api_key: 'new',
    keys: [off, key('new', 'b'), c],
  });
});

test('a key of the list that becomes the first one is in it once', () => {
  expect(settledKeys({ api_key: 'a', keys: [a, b, c] }, { api_key: 'b' })).toEqual({
    api_key: 'b',
    keys: [key('b', 'a'), c],
  });
});

test('a changed key beside a list that lacks it replaces the list’s first one', () => {
  const before = { api_key: 'a', keys: [a, b] };
  expect(settledKeys(before, { api_key: 'new', keys: [a, c] })).toEqual({
    api_key: 'new',
    keys: [key('new', 'a'), c],
  });
  expect(settledKeys(before, { api_key: 'a', keys: [b, c] })).toMatchObject({ api_key: 'b' });
  expect(settledKeys(before, { api_key: 'b', keys: [a, b] })).toMatchObject({ api_key: 'a' });
  expect(settledKeys(null, { api_key: 'new', keys: [a, b] })).toMatchObject({ api_key: 'a' });
});

test('an empty list leaves the one key', () => {
  expect(settledKeys({ api_key: 'a', keys: [a, b] }, { keys: [] })).toEqual({
    ...{ api_key: 'a', keys: [] },
  });
  expect(settledKeys({ api_key: 'a', keys: [] }, { api_key: 'b' })).toEqual({ api_key: 'b' });
});

test('keys without a name get one that no other has', () => {
  const { keys } = settledKeys(null, { keys: [key('a', ''), key('b', 'key 1'), key('c', '')] });
  expect(keys?.map(({ name }) => name)).toEqual(['key 2', 'key 1', 'key 3']);
});

const issuesOf = (keys: unknown) =>
  targetFieldSchemas.keys
    .safeParse(keys)
    .error?.issues.map(({ path, message }) => [...[path.join('.'), message]]);

test('a list may hold lines and objects', () => {
  expect(targetFieldSchemas.keys.parse(['x: sk-1', { api_key: ' sk-2 ' }])).toEqual([
    { name: 'x', api_key: 'sk-1', enabled: true },
    { name: '', api_key: 'sk-2', enabled: true },
  ]);
});

test('what is wrong with a list is said at its place', () => {
  expect(issuesOf(['sk-1', 'sk-1'])).toEqual([['1.api_key', 'is in the list twice']]);
  expect(issuesOf(['x: sk-1', 'x: sk-2'])).toEqual([['1.name', 'is in the list twice']]);
  expect(issuesOf(['# sk-1'])).toEqual([['', 'must have one key that is enabled']]);
  expect(issuesOf([{ api_key: 'a b' }])?.[0]?.[0]).toBe('0.api_key');
  expect(issuesOf([{ api_key: 'a', name: '#x' }])?.[0]?.[0]).toBe('0.name');
  expect(issuesOf([{ api_key: 'a', name: 'x'.repeat(65) }])?.[0]?.[0]).toBe('0.name');
  expect(issuesOf(Array.from({ length: 501 }, (_, n) => `sk-${n}`))).toHaveLength(1);
});
