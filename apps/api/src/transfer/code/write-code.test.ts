import { noKeyYet, type Target, targetDefaults, targetShape } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { expect, test } from 'vitest';
import { writeCode } from './write-code.ts';

function target(given: Partial<Target>): Target {
  const { sort_order: _none, ...defaults } = targetDefaults;
  const own = { name: 'a', base_url: 'https://a.example', api_key: 'sk-a', sort_order: 1 };
  return { ...sampleOf(targetShape), ...defaults, ...own, ...given };
}

const asFolder = { format: 'yaml', one_file: false } as const;
const open = (one: Target) => one;

test('only a header’s value becomes a variable, one for each value', async () => {
  const headers = ['X-A: one', 'X-A: two', 'x-a: one', '-X-B', `X-C: \${client:X-D}`];
  const { files, variables } = await writeCode([target({ headers })], open, asFolder);
  expect(files[0]?.text).toContain(
    [
      'headers:',
      `  - "X-A: \${CHANNEL_A_HEADER_X_A}"`,
      `  - "X-A: \${CHANNEL_A_HEADER_X_A_2}"`,
      `  - "x-a: \${CHANNEL_A_HEADER_X_A}"`,
      '  - -X-B',
      `  - "X-C: \${client:X-D}"`,
    ].join('\n'),
  );
  expect(variables).toMatchObject({
    CHANNEL_A_HEADER_X_A: 'one',
    CHANNEL_A_HEADER_X_A_2: 'two',
  });
});

test('a list of keys takes the place of the one key, by their names or places', async () => {
  const keys = ['main', '', '备用'].map((name, index) => ({
    ...{ name, api_key: `sk-${index}`, enabled: true },
  }));
  const { files, variables } = await writeCode([target({ api_key: 'sk-0', keys })], open, asFolder);
  expect(files[0]?.text).not.toMatch(/^api_key/m);
  expect(variables).toEqual({
    CHANNEL_A_KEYS_MAIN_API_KEY: 'sk-0',
    CHANNEL_A_KEYS_2_API_KEY: 'sk-1',
    CHANNEL_A_KEYS_3_API_KEY: 'sk-2',
  });
});

test('a channel whose key isn’t known has none in its file', async () => {
  const { files, variables } = await writeCode([target({ api_key: noKeyYet })], open, asFolder);
  expect(files[0]?.text).not.toContain('api_key');
  expect(variables).toEqual({});
});

test('the files of many channels have the same names, in whatever order they come', async () => {
  const targets = ['a', 'A', '官转', 'c d'].map((name) => target({ name }));
  const pathsOf = async (some: Target[]) =>
    (await writeCode(some, open, asFolder)).files.map(({ path }) => path).sort();
  expect(await pathsOf(targets)).toEqual(await pathsOf(targets.toReversed()));
});
