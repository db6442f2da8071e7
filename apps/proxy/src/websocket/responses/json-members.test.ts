import { expect, test } from 'vitest';
import { itemsOf, membersOf } from './json-members.ts';

const read = (text: string) => {
  const bytes = Buffer.from(text);
  return membersOf(bytes)?.map(({ key, whole, value }) => [
    key,
    bytes.toString('utf8', whole.start, whole.end),
    bytes.toString('utf8', value.start, value.end),
  ]);
};

test('members keep their bytes, whatever they contain', () => {
  expect(read('{ "a" : 1.0e2,"b":"x,}\\"" , "\\u0063":[{"d":"]"}],"e":{},"f":null }')).toEqual([
    ['a', '"a" : 1.0e2', '1.0e2'],
    ['b', '"b":"x,}\\""', '"x,}\\""'],
    ['c', '"\\u0063":[{"d":"]"}]', '[{"d":"]"}]'],
    ['e', '"e":{}', '{}'],
    ['f', '"f":null', 'null'],
  ]);
  expect(read(' {} ')).toEqual([]);
});

test.each([
  ...['', '[]', '1', '"a"', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a:1}'],
  ...['{"a":"x}', '{"a":[1}', '{"a":1 "b":2}', '{"a":x}', '{"a":{"b":1}', '{"a" 1}', '{,}'],
])('%s has no members', (text) => {
  expect(read(text)).toBeUndefined();
});

test('a whole object is read the way JSON.parse reads it, and no start of it is', () => {
  const given = {
    text: 'a "quoted" \\ back\\\\slash\n€ 😀',
    list: [[], {}, [1, [2, { x: ']}' }]], -0.5e-3, true, null, ''],
    'key "with" quotes': { '': { nested: '{"a":[' } },
  };
  for (const text of [JSON.stringify(given), JSON.stringify(given, null, 2)]) {
    const values = read(text)?.map(([key = '', , value = '']) => [key, JSON.parse(value)]);
    expect(Object.fromEntries(values ?? [])).toEqual(given);
    const bytes = Buffer.from(text);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(membersOf(bytes.subarray(0, end)), String(end)).toBeNull();
    }
  }
});

test('items are those of the array that begins there', () => {
  const json = Buffer.from('{"x":[1, {"a":[2]} ,"]"],"y":3}');
  const items = itemsOf(json, json.indexOf('['));
  expect(items?.map(({ start, end }) => json.toString('utf8', start, end))).toEqual([
    ...['1', '{"a":[2]}', '"]"'],
  ]);
  expect(itemsOf(Buffer.from('[ ]'))).toEqual([]);
  expect(itemsOf(Buffer.from('[1,]'))).toBeNull();
  expect(itemsOf(Buffer.from('{}'))).toBeNull();
});

test('the time that it takes grows with the length alone', () => {
  for (const piece of ['"a":1,', '"a":"\\\\\\"",', '"a":[[[]]],', '[', '"a":{"a":', '"']) {
    const json = Buffer.from(`{${piece.repeat(5_000_000 / piece.length)}`);
    const before = process.threadCpuUsage();
    membersOf(json);
    // This thread's own time: other programs on the machine don't count.
    expect(process.threadCpuUsage(before).user / 1_000, piece).toBeLessThan(3_000);
  }
});
