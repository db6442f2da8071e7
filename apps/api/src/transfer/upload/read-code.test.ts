import { expect, test } from 'vitest';
import { readCode } from './read-code.ts';

function read(...texts: string[]) {
  const files = texts.map((text, index) => ({ path: `channels/${index}.yaml`, text }));
  return readCode(Buffer.from(JSON.stringify(files))).entries;
}

test('a file may be a channel, a list of channels, or have one', () => {
  const entries = read(
    'name: a\n',
    '# the rest\nchannels:\n  - name: b\n    base_url: x\n  - {name: c}\n',
    '[{"name":\n"d"}]',
  );
  expect(entries.map(({ entry, place }) => [entry, place])).toEqual([
    [{ name: 'a' }, { file: 'channels/0.yaml', line: 1, fields: { name: 1 } }],
    [
      { name: 'b', base_url: 'x' },
      { file: 'channels/1.yaml', line: 3, fields: { name: 3, base_url: 4 } },
    ],
    [{ name: 'c' }, { file: 'channels/1.yaml', line: 5, fields: { name: 5 } }],
    [{ name: 'd' }, { file: 'channels/2.yaml', line: 1, fields: { name: 2 } }],
  ]);
});

test('what several channels share may be under a name that starts with x-', () => {
  const text = 'x-ours: &ours\n  timeout_s: 9\nchannels:\n  - <<: *ours\n    name: a\n';
  expect(read(text)).toEqual([
    {
      entry: { name: 'a', timeout_s: 9 },
      notes: [],
      place: { file: 'channels/0.yaml', line: 4, fields: { name: 5, timeout_s: 4 } },
    },
  ]);
});

test.each([
  ['gateway_keys: []\n', 'line 1: unknown name "gateway_keys"; a file may hold channels'],
  ['channels: []\nchanels: []\n', 'line 2: unknown name "chanels"; a file may hold channels'],
  ['channels:\n', '"channels" must be a list, of which [] is empty'],
  ['', 'the file must hold a channel, or a list of "channels"'],
  ['just text', 'the file must hold a channel, or a list of "channels"'],
  ['name: a\nname: b\n', 'the file is not valid YAML: line 2 repeats a key'],
  ['a: "sk-secret', 'the file is not valid YAML at line 1, column 14'],
  ['name: a\n---\nname: b\n', 'the file is not valid YAML at line 2, column 1'],
])('%j is refused with the file and the line', (text, fault) => {
  expect(() => read('channels: []', text)).toThrow(`channels/1.yaml: ${fault}`);
});

test('alerts that contain themselves, or a long text many times, are too long', () => {
  const long = 'x'.repeat(600_000);
  for (const text of [
    'alerts: &a { destinations: [*a] }\n',
    `x-a: &a ${long}\nalerts: { destinations: [${Array(900).fill('*a').join()}] }\n`,
  ]) {
    expect(() => read(text)).toThrow(
      'channels/0.yaml: the file must hold at most 524288 characters of alerts',
    );
  }
});
