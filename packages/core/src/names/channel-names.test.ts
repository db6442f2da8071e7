import { expect, test } from 'vitest';
import { createChannelNames, faultOfAliases } from './channel-names.ts';

test('a model has its own name and its aliases, and each name means one model', () => {
  const names = createChannelNames(['sonnet = claude-4', 'best = claude-4', 'models/g = x/y']);
  expect(names.namesOf('claude-4')).toEqual(['claude-4', 'sonnet', 'best']);
  expect(names.idOf('sonnet')).toBe('claude-4');
  expect(names.idOf('claude-4')).toBe('claude-4');
  expect(names.idOf('g')).toBe('x/y');
  expect(names.namesOf('other')).toEqual(['other']);
});

test('an alias takes a name from the model that is really called that', () => {
  const names = createChannelNames(['gpt-4 = gpt-4o']);
  expect(names.idOf('gpt-4')).toBe('gpt-4o');
  expect(names.namesOf('gpt-4')).toEqual([]);
});

test.each([
  [['a = x', 'b = x'], null],
  [['a = x', 'a = y'], { index: 1, code: 'repeated' }],
  [['a = b', 'b = c'], { index: 0, code: 'wrong_alias', message: /"b" is an alias of "c"/ }],
  [['b = c', 'a = b'], { index: 1, message: /must name a model's own id/ }],
  [['a = b', 'b = a'], { index: 0, message: /in a circle/ }],
  [['a = b', 'b = c', 'c = a'], { index: 0, message: /in a circle/ }],
  [['x = a', 'a = b', 'b = a'], { index: 0, message: /own id/ }],
])('the aliases %j: %j', (lines, fault) => {
  const found = faultOfAliases(lines);
  if (fault === null) expect(found).toBeNull();
  else {
    const { message = /./, ...rest } = fault as { message?: RegExp };
    expect(found).toMatchObject(rest);
    expect(found?.message).toMatch(message);
  }
});
