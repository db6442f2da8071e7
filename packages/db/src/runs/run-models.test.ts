import { expect, test } from 'vitest';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, listRunModels, recordModelProbe } from '../index.ts';
import { readToolCalls } from './run-models.ts';

async function withRuns() {
  const db = await tempDatabase();
  for (const name of ['one', 'two']) await createTarget(db, targetInput({ name }), 1);
  for (const nowS of [100, 200]) {
    await runOnce(db, 1, nowS, [probe({ model: 'a' }), probe({ model: 'b' })]);
    await runOnce(db, 2, nowS, [probe({ model: 'c' })]);
  }
  return db;
}

test('the rows of one run are in the order of probing', async () => {
  const rows = await listRunModels(await withRuns(), { target_id: 1, run_id: 3, limit: 10 });
  expect(rows.map((row) => [row.run_id, row.model])).toEqual([
    [3, 'a'],
    [3, 'b'],
  ]);
});

test('the rows of all runs are newest first, within the limit', async () => {
  const rows = await listRunModels(await withRuns(), { target_id: 1, limit: 3 });
  expect(rows.map((row) => [row.run_id, row.model])).toEqual([
    [3, 'b'],
    [3, 'a'],
    [1, 'b'],
  ]);
});

test('with its rechecks, a run is followed by the single probes since', async () => {
  const db = await withRuns();
  const recheck = (target_id: number, model: string) =>
    recordModelProbe(db, {
      ...{ target_id, probe: probe({ model }), findings: [], remembered: null, nowS: 300 },
    });
  await recheck(1, 'b');
  await recheck(2, 'c');
  await recheck(1, 'a');
  const modelsOf = async (run_id: number, with_rechecks: boolean) =>
    (await listRunModels(db, { target_id: 1, run_id, with_rechecks, limit: 10 })).map(
      ({ model }) => model,
    );
  expect(await modelsOf(3, true)).toEqual(['a', 'b', 'b', 'a']);
  expect(await modelsOf(3, false)).toEqual(['a', 'b']);
});

test('another target’s run gives no rows', async () => {
  expect(await listRunModels(await withRuns(), { target_id: 1, run_id: 2, limit: 10 })).toEqual([]);
});

test('a row is read in the form of the wire, with booleans and tool calls', async () => {
  const db = await withRuns();
  const calls = [{ name: 'lookup', arguments: '{"q":"密"}' }];
  const run = await runOnce(db, 2, 300, [probe({ tool_calls: calls, tool_calls_count: 1 })]);
  const [row] = await listRunModels(db, { target_id: 2, run_id: run.id, limit: 1 });
  expect(row).toEqual({
    ...probe({ tool_calls: calls, tool_calls_count: 1 }),
    id: row?.id,
    run_id: run.id,
    target_id: 2,
    cost: null,
  });
});

test.each([
  ['[]', []],
  ['[{"name":"f","arguments":"{}"}]', [{ name: 'f', arguments: '{}' }]],
  [
    '[{"id":"1","function":{"name":"g","arguments":{"a":1}}}]',
    [{ name: 'g', arguments: '{"a":1}' }],
  ],
  [
    '[3, null]',
    [
      { name: '', arguments: '' },
      { name: '', arguments: '' },
    ],
  ],
  ['{"name":"f"}', []],
  ['null', []],
  ['not json', []],
])('the stored tool calls %s are read', (text, calls) => {
  expect(readToolCalls(text)).toEqual(calls);
});
