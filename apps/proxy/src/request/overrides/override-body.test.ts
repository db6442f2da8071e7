import { parseBodyOverride } from '@api-monitor/core';
import { cpuMsOf, slowness } from '@api-monitor/core/test/pace';
import { expect, test } from 'vitest';
import { overrideBody } from './override-body.ts';
import { splicedBody } from './splices.ts';

/** The body after these overrides; or the key that came twice. */
function after(text: string, ...lines: string[]): string {
  const body = Buffer.from(text);
  const result = overrideBody(body, lines.map(parseBodyOverride));
  if (!result.ok) return `repeated ${result.repeated}`;
  return Buffer.concat(splicedBody(body, result.splices)).toString();
}

const sent =
  '{ "model": "m",\n  "temperature": 1.50, "seed": 12345678901234567890, "stop": ["a", "b"] }';

test.each([
  ['/temperature = 0.2', sent.replace('1.50', '0.2')],
  ['?/temperature = 0.2', sent],
  ['-/temperature', sent.replace('\n  "temperature": 1.50,', '').replace('"m",', '"m",')],
  ['/top_p = 1e2', `{"top_p":1e2,${sent.slice(1)}`],
  ['?/top_p = {"a": 1}', `{"top_p":{"a": 1},${sent.slice(1)}`],
  ['-/top_p', sent],
  ['-/stop', sent.replace(', "stop": ["a", "b"]', '')],
  ['/stop/0 = "x"', sent.replace('"a"', '"x"')],
  ['/stop/- = "x"', sent.replace('"b"]', '"b","x"]')],
  ['/stop/2 = "x"', sent.replace('"b"]', '"b","x"]')],
  ['/stop/9 = "x"', sent],
  ['-/stop/0', sent.replace('["a", ', '[ ')],
  ['-/stop/1', sent.replace(', "b"]', ']')],
  ['/thinking/budget = 9', `{"thinking":{"budget":9},${sent.slice(1)}`],
  ['-/thinking/budget', sent],
  ['/temperature/deep = 9', sent],
])('%s', (line, wanted) => {
  expect(after(sent, line)).toBe(wanted);
});

test.each([
  ['{}', ['/a = 1'], '{"a":1}'],
  ['{ }', ['/a = 1', '/b = 2'], '{"a":1,"b":2 }'],
  ['{"a":1}', ['-/a'], '{}'],
  ['{"a":1,"b":2,"c":3}', ['-/a', '-/b'], '{"c":3}'],
  ['{"a":1,"b":2,"c":3}', ['-/b', '-/c'], '{"a":1}'],
  ['{"a":1,"b":2,"c":3}', ['-/a', '-/c'], '{"b":2}'],
  ['{"a":1,"b":2}', ['-/a', '-/b', '/c = 3'], '{"c":3}'],
  ['{"a":[]}', ['/a/- = 1', '/a/0 = 2'], '{"a":[1,2]}'],
  ['{"a":[1,2]}', ['-/a/0', '-/a/1'], '{"a":[]}'],
  ['{"a":1}', ['/a = {"b": {}}', '/a/b/c = 2', '?/a/b/c = 3', '-/a/x'], '{"a":{"b": {"c":2}}}'],
  ['{"a":{"b":1}}', ['/a/c = 2', '/a/b = 3'], '{"a":{"c":2,"b":3}}'],
  ['{"a":{"b":1}}', ['/a/b = 2', '-/a'], '{}'],
  ['{"a/b":1,"m~n":2,"é":3}', ['-/a~1b', '/m~0n = 4', '/é = 5'], '{"m~n":4,"é":5}'],
  ['{"\\u0061":1}', ['/a = 2'], '{"\\u0061":2}'],
  ['{"x":"}\\",\\"a\\":1","a":1}', ['/a = 2'], '{"x":"}\\",\\"a\\":1","a":2}'],
  ['{"😀":1,"\\ud83d\\ude00x":2,"\\/":3}', ['-/😀', '-/😀x', '/~1 = 4'], '{"\\/":4}'],
  [
    '{"temper\\u0061ture":1,"é":2}',
    ['/temperature = 0', '/e = 1'],
    '{"e":1,"temper\\u0061ture":0,"é":2}',
  ],
  ['\uFEFF {"a":1}', ['/a = 2'], '\uFEFF {"a":2}'],
  ['[{"a":1}]', ['/a = 2'], '[{"a":1}]'],
  ['{"a":1', ['/a = 2'], '{"a":1'],
  ['{"a":1,}', ['/a = 2'], '{"a":1,}'],
])('%s after %j', (body, lines, wanted) => {
  expect(after(body, ...lines)).toBe(wanted);
});

test('a key that comes twice, or in other letter case, is told', () => {
  expect(after('{"a":1,"b":2,"a":3}', '-/a')).toBe('repeated a');
  expect(after('{"Temperature":1}', '/temperature = 0')).toBe('repeated temperature');
  expect(after('{"x":{"k":1,"k":2}}', '/x/k = 0')).toBe('repeated k');
  expect(after('{"b":1,"b":2}', '-/a')).toBe('{"b":1,"b":2}');
  // Go takes the Kelvin sign and the long s for letters.
  expect(after('{"max_toKens":1}', '/max_tokens = 0')).toBe('repeated max_tokens');
  expect(after('{"max_to\\u212aen\\u017f":1}', '/max_tokens = 0')).toBe('repeated max_tokens');
  expect(after('{"\\u0074op_\\u004B":1}', '/top_k = 0')).toBe('repeated top_k');
});

/** The same numbers each time (mulberry32). */
function randomFrom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Json = unknown;
const names = ['a', 'b', 'c', 'd'];

function randomJson(random: (below: number) => number, depth: number): Json {
  const kind = random(depth > 0 ? 6 : 4);
  if (kind < 4) return [1, 'x,}]"\\', null, 12.5][kind];
  const size = random(4);
  const members = Array.from({ length: size }, () => randomJson(random, depth - 1));
  if (kind === 4) return members;
  return Object.fromEntries(members.map((value, at) => [names[(at + random(2)) % 4], value]));
}

/** JSON with blanks of all kinds between its parts. */
function written(value: Json, blank: () => string): string {
  if (Array.isArray(value)) {
    return `[${blank()}${value.map((one) => written(one, blank)).join(`${blank()},${blank()}`)}${blank()}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}${blank()}:${blank()}${written(one, blank)}`,
  );
  return `{${blank()}${members.join(`${blank()},${blank()}`)}${blank()}}`;
}

/** What one override of an object's fields means, on parsed JSON. */
function expected(value: Json, path: readonly string[], action: string, json: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const [key = '', ...rest] = path;
  const fields = new Map(Object.entries(value));
  const isThere = fields.has(key);
  if (rest.length > 0 && isThere) fields.set(key, expected(fields.get(key), rest, action, json));
  else if (action === '-') fields.delete(key);
  else if (rest.length > 0) fields.set(key, nest(rest, json));
  else if (action === '' || !isThere) fields.set(key, json);
  return Object.fromEntries(fields);
}

function nest(path: readonly string[], json: Json): Json {
  return path.reduceRight<Json>((inner, key) => ({ [key]: inner }), json);
}

test('overrides mean the same as on parsed JSON, whatever the body looks like', () => {
  for (let seed = 0; seed < 3_000; seed += 1) {
    const random = randomFrom(seed);
    const blank = () => ['', '', ' ', '\n\t', '\r\n'][random(5)] ?? '';
    const value = { a: randomJson(random, 3), b: randomJson(random, 3), c: randomJson(random, 2) };
    let wanted: Json = value;
    const lines = Array.from({ length: 1 + random(4) }, () => {
      const path = Array.from({ length: 1 + random(3) }, () => names[random(4)] ?? '');
      const action = ['', '?', '-'][random(3)] ?? '';
      const json = randomJson(random, 2);
      wanted = expected(wanted, path, action, json);
      const pointer = `${action}/${path.join('/')}`;
      return action === '-' ? pointer : `${pointer} = ${JSON.stringify(json)}`;
    });
    const text = written(value, blank);
    const result = after(text, ...lines);
    expect(JSON.parse(result), `${text} after ${lines.join(' ; ')}`).toEqual(wanted);
  }
});

test('bodies of megabytes take milliseconds, and hostile ones no more than linear time', () => {
  const more = Array.from({ length: 47 }, (_, n) => `/parameter_of_a_long_name_é_${n} = 1`);
  const lines = ['/temperature = 1', '-/top_p', '/metadata/user = "x"', ...more];
  const overrides = lines.map(parseBodyOverride);
  const bodies = [
    `{"messages":[{"content":"${'x'.repeat(8_000_000)}"}]}`,
    `{"messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    `{${Array.from({ length: 400_000 }, (_, at) => `"k${at}":1`).join()}}`,
    `{${'"top_p":1,'.repeat(400_000)}"top_p":1}`,
    `{${'"parameter_of_a_long_name_é_":1,'.repeat(100_000)}"x":1}`,
  ];
  for (const text of bodies) {
    const body = Buffer.from(text);
    let result = overrideBody(Buffer.from('{}'), overrides);
    const override = () => {
      result = overrideBody(body, overrides);
    };
    expect(cpuMsOf(override)).toBeLessThan(1_500 * slowness());
    if (result.ok) expect(result.splices.length).toBeLessThan(5);
  }
});
