import { expect, test } from 'vitest';
import { cpuMsOf } from '../../test/pace.ts';
import {
  aliasGroupLine,
  createAliasIndex,
  faultOfAliasGroup,
  nameInTwoGroups,
  parseAliasGroup,
} from './alias-group.ts';

const sonnet = 'claude-sonnet-4-5 = claude-sonnet-4-5-20250929 = anthropic/claude-sonnet-4.5';

test('a line is a public name and the other names of the model', () => {
  expect(parseAliasGroup(sonnet)).toEqual({
    name: 'claude-sonnet-4-5',
    ids: ['claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4.5'],
  });
  expect(parseAliasGroup('a  = models/b')).toEqual({ name: 'a', ids: ['b'] });
  expect(aliasGroupLine(parseAliasGroup(sonnet))).toBe(sonnet);
});

test.each([
  ['alone', /must be "name = id = id"/],
  ['a = a', /each model once/],
  ['a =  = b', /1 to 256 plain characters/],
  ['= b = c', /1 to 256/],
  ['a=b', /must be/],
  [`a = ${'b'.repeat(257)}`, /1 to 256/],
  ['a = b\u0000', /plain/],
  [`a = ${Array.from({ length: 100 }, (_, n) => n).join(' = ')}`, /at most 100/],
])('%s is refused with what is wrong', (line, message) => {
  expect(faultOfAliasGroup(line)).toMatch(message);
});

test('long lines take no more than linear time', () => {
  const read = () => expect(faultOfAliasGroup(`a${' '.repeat(90_000)}b`)).toMatch(/^must/);
  expect(cpuMsOf(read)).toBeLessThan(500);
});

test('a valid line has no fault, and a name belongs to one group', () => {
  expect(faultOfAliasGroup(sonnet)).toBeNull();
  expect(nameInTwoGroups([sonnet, 'x = y'])).toBeNull();
  expect(nameInTwoGroups([sonnet, 'x = claude-sonnet-4-5'])).toBe('claude-sonnet-4-5');
});

test('a group is found by any of its names, the one that was asked first', () => {
  const index = createAliasIndex([sonnet, 'x = y']);
  expect(index.namesLike('anthropic/claude-sonnet-4.5')).toEqual([
    'anthropic/claude-sonnet-4.5',
    'claude-sonnet-4-5',
    'claude-sonnet-4-5-20250929',
  ]);
  expect(index.namesLike('other')).toEqual(['other']);
  expect(index.groupOf('y')?.name).toBe('x');
});
