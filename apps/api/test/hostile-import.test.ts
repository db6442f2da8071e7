import { setImmediate as nextTurn } from 'node:timers/promises';
import { slowness } from '@api-monitor/core/test/pace';
import { getTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { importLimits } from '../src/transfer/import-limits.ts';
import { longestTurn } from './longest-turn.ts';
import { openTestApi } from './open-test-api.ts';

const { textMiB } = importLimits;
const path = '/api/admin/channels/import';
const quickMs = 15_000;
/** In this thread's own time, so that other programs on the machine don't count. */
const longestTurnMs = 150;

const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');
const untilTooLong = (start: string, unit: (i: number) => string) => {
  let text = start;
  for (let i = 0; text.length < textMiB * 1024 ** 2 - 100; i += 1) text += unit(i);
  return text;
};
const row = { id: 1, type: 1, status: 1, name: 'row', base_url: 'https://a.example' };
const json = (value: unknown) => JSON.stringify(value);
const models = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`);

test.each([
  [
    'a mapping of 40,000 keys',
    () => `channels:\n - {${lines(40_000, (i) => `k${i}: 1, `)}}`,
    'at most 100 keys in a mapping',
  ],
  [
    'a whole file of anchors',
    () => untilTooLong('channels:\n', (i) => ` - &a${i} x\n`),
    'at most 1000 anchors and aliases',
  ],
  [
    'a whole file of aliases',
    () => untilTooLong('channels:\n - &a x\n', () => ' - *a\n'),
    'at most 1000 anchors and aliases',
  ],
  [
    'an ordered map, whose keys are compared with each other',
    () => untilTooLong('!!omap\n', (i) => `- a${i}: 1\n`),
    'at most 1500000 parts',
  ],
  ['a million tiny parts', () => untilTooLong('channels: [', () => '{},'), 'at most 1500000 parts'],
  ['a million faults', () => untilTooLong('', () => '}'), 'at most 1500000 parts'],
  [
    'a list with a hundred aliases',
    () =>
      `models: &m [${models(4000)}]\nchannels:\n${lines(90, (i) => ` - {name: c${i}, selected_models: *m}\n`)}`,
    'at most 250000 models in all',
  ],
  [
    'texts with hundreds of aliases',
    () =>
      `texts: [${lines(6, (i) => `&t${i} ${'x'.repeat(16_000)}, `)}]\nchannels:\n${lines(120, (i) => ` - {name: c${i}, a: *t0, b: *t1, c: *t2, d: *t3, e: *t4}\n`)}`,
    'at most 8388608 characters in all its channels',
  ],
  [
    'a row of 150,000 keys',
    () => json([{ ...row, key: lines(150_000, (i) => `sk-${i}\n`) }]),
    'at most 5000 channels, and as many keys in a row',
  ],
  [
    'a row of 100,000 models',
    () => json([{ ...row, key: 'k', models: models(100_000).join() }]),
    'at most 5000 models in a row',
  ],
  [
    '60,000 columns',
    () => `name,base_url,${lines(60_000, (i) => `c${i},`)}\na,b\n`,
    'at most 100 columns',
  ],
  ['500,000 rows', () => `name,b\n${'a,b\n'.repeat(500_000)}`, 'at most 5000 channels'],
  [
    '100,000 fields',
    () => `[{${lines(100_000, (i) => `"f${i}":1,`)}"name":"a"}]`,
    'channels[0] must have at most 100 fields',
  ],
  [
    'a text that is too long for any field',
    () => json([{ name: 'a', prompt: 'x'.repeat(1_000_000) }]),
    'channels[0] prompt must have at most 65536 characters',
  ],
  [
    'a list that is too long for any field',
    () => json([{ name: 'a', selected_models: Array(400_000).fill('m') }]),
    'channels[0] selected_models must have at most 5000 items',
  ],
])(
  '%s: refused with a sentence, while other requests are served',
  async (_name, text, sentence) => {
    const { asSession } = await openTestApi();
    const body = text();
    const startedAt = performance.now();
    const { result, turnMs } = await longestTurn(() => asSession('POST', path, body));
    expect(result.json.detail).toContain(sentence);
    expect(result.status).toBe(400);
    expect(performance.now() - startedAt).toBeLessThan(quickMs);
    expect(turnMs).toBeLessThan(longestTurnMs);
  },
);

test('nested values get past no field', async () => {
  const { asSession } = await openTestApi();
  const fields = { base_url: 'https://a.example', api_key: 'k' };
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const { json: answer } = await asSession(
    'POST',
    path,
    `[{"name": ${deep}}, ${json({ ...fields, name: 'a', source_url: { x: null } })},
      ${json({ ...fields, name: 'b', selected_models: [['m']] })}]`,
  );
  expect(answer.items.map(({ reason }: { reason: string }) => reason)).toEqual([
    'name must be a string; base_url is required',
    'source_url must be a string',
    'selected_models.0 must be a string',
  ]);
  const infinite = 'channels: [{name: c, base_url: https://a.example, source_url: .inf}]';
  const { json: other } = await asSession('POST', path, infinite);
  expect(other.items[0].reason).toBe('source_url must be a string');
});

test('a mapping that repeats a key is refused with its line', async () => {
  const { asSession } = await openTestApi();
  const text = 'channels:\n  - name: a\n    api_key: sk-1\n    api_key: sk-2\n';
  const { json: answer } = await asSession('POST', path, text);
  expect(answer.detail).toBe('the file is not valid YAML: line 4 repeats a key');
});

/** In YAML, nearly as large as a text may be. */
const manyChannels = Array.from({ length: 2_400 }, (_, i) => ({
  ...{ name: `channel ${i}`, base_url: `https://c${i}.example`, api_key: `sk-${i}` },
  ...{ interval_min: 30, prompt: `Who are you, and ${i}?` },
  selected_models: models(40).map((model) => `${model}-12`),
}));

test('the largest file is planned without holding anything else up', async () => {
  const { asSession, asNobody } = await openTestApi();
  const text = stringify({ channels: manyChannels });
  expect(text.length / 1024 ** 2).toBeCloseTo(1.75, 1);
  const { result, turnMs } = await longestTurn(async () => {
    let isOver = false;
    const dryRun = asSession('POST', `${path}?dry_run=1`, text).finally(() => {
      isOver = true;
    });
    let served = 0;
    for (; !isOver; served += 1) {
      expect((await asNobody('GET', '/api/health')).status).toBe(200);
      await nextTurn();
    }
    return { counts: (await dryRun).json.counts, served };
  });
  expect(result.counts).toMatchObject({ created: 2_400, refused: 0 });
  expect(result.served).toBeGreaterThan(20);
  expect(turnMs).toBeLessThan(longestTurnMs);
});

test('the largest import is written without holding anything else up', async () => {
  const { asSession } = await openTestApi();
  const channels = Array.from({ length: 5_000 }, (_, i) => ({
    ...{ name: `channel ${i}`, base_url: `https://c${i}.example`, api_key: `sk-${i}` },
    selected_models: models(20),
  }));
  const changed = channels.map(({ api_key, ...channel }) => ({ ...channel, interval_min: 45 }));
  for (const [outcome, file] of Object.entries({ created: channels, changed })) {
    const { result, turnMs } = await longestTurn(() => asSession('POST', path, file));
    expect(result.json.counts).toMatchObject({ [outcome]: 5_000, refused: 0 });
    expect(turnMs, outcome).toBeLessThan(longestTurnMs);
  }
}, 60_000);

test('another client is answered from the database while the largest import is written', async () => {
  const { asSession, db } = await openTestApi();
  const channels = Array.from({ length: 5_000 }, (_, i) => ({
    ...{ name: `channel ${i}`, base_url: `https://c${i}.example`, api_key: `sk-${i}` },
    selected_models: models(20),
  }));
  let isOver = false;
  const done = asSession('POST', path, channels).finally(() => {
    isOver = true;
  });
  let longestWaitMs = 0;
  let lookedBetween = 0;
  while (!isOver) {
    // In this thread's own time, so that other programs on the machine don't count.
    const before = process.threadCpuUsage();
    const target = await getTarget(db, 1);
    const { user, system } = process.threadCpuUsage(before);
    longestWaitMs = Math.max(longestWaitMs, (user + system) / 1000);
    if (target) lookedBetween += 1;
    await nextTurn();
  }
  expect((await done).json.counts).toMatchObject({ created: 5_000 });
  expect(lookedBetween).toBeGreaterThan(20);
  expect(longestWaitMs).toBeLessThan(100 * slowness());
}, 60_000);

test('thousands of channels are written to a file without holding anything else up', async () => {
  const { asSession } = await openTestApi();
  const { json: answer } = await asSession('POST', path, manyChannels);
  expect(answer.counts.created).toBe(2_400);
  for (const format of ['yaml', 'json', 'csv']) {
    const query = `keys=1&format=${format}`;
    const { result, turnMs } = await longestTurn(() =>
      asSession('GET', `/api/admin/channels/export?${query}`),
    );
    expect(result.text.split('channel 2399')).toHaveLength(2);
    expect(turnMs, format).toBeLessThan(longestTurnMs);
  }
});

test('a third import at once is a 429, and succeeds afterwards', async () => {
  const { asSession } = await openTestApi();
  const imports = Array.from({ length: 5 }, () => asSession('POST', path, '[]'));
  const statuses = (await Promise.all(imports)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 429, 429, 429]);
  expect((await asSession('POST', path, '[]')).status).toBe(200);
});
