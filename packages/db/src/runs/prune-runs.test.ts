import { expect, test } from 'vitest';
import { probe, runOnce, startedRun, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, listModelStates, listRunModels, listRuns, pruneRuns } from '../index.ts';

const models = ['a', 'b', 'c'];

async function withRuns(startedAt: readonly number[]) {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  for (const nowS of startedAt) {
    await runOnce(
      db,
      1,
      nowS,
      models.map((model) => probe({ model, timestamp: nowS })),
    );
  }
  const left = async () => (await listRuns(db, 1, 200)).map((run) => run.started_at);
  return { db, left };
}

test('old runs are deleted with their rows, newer ones are not', async () => {
  const { db, left } = await withRuns([100, 200, 300, 400]);
  expect(await pruneRuns(db, { before: 300, batchSize: 1000 })).toBe(2);
  expect(await left()).toEqual([400, 300]);
  const rows = await listRunModels(db, { target_id: 1, limit: 100 });
  expect(rows.map((row) => row.timestamp)).toEqual([400, 400, 400, 300, 300, 300]);
  expect(await pruneRuns(db, { before: 300, batchSize: 1000 })).toBe(0);
});

test('each target keeps its latest finished run, no matter how old, and its running one', async () => {
  const { db, left } = await withRuns([100, 200]);
  await startedRun(db, 1, 250);
  expect(await pruneRuns(db, { before: 9000, batchSize: 1000 })).toBe(1);
  expect(await left()).toEqual([250, 200]);
});

test('the points of a model’s history outlive the rows', async () => {
  const { db } = await withRuns([100, 200, 300]);
  const states = await listModelStates(db);
  await pruneRuns(db, { before: 9000, batchSize: 1000 });
  expect(await listModelStates(db)).toEqual(states);
});

test('rows are deleted in batches, with other work between two of them', async () => {
  const { db, left } = await withRuns(Array.from({ length: 120 }, (_, index) => 100 + index));
  let turns = 0;
  let isDone = false;
  const countTurns = () => {
    turns += 1;
    if (!isDone) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  expect(await pruneRuns(db, { before: 9000, batchSize: 10 })).toBe(119);
  isDone = true;
  expect(turns).toBeGreaterThan((119 * models.length) / 10);
  expect(await left()).toEqual([219]);
});

test('the deletion stops between two batches when its signal aborts', async () => {
  const { db, left } = await withRuns([100, 200, 300]);
  const stop = new AbortController();
  stop.abort();
  expect(await pruneRuns(db, { before: 9000, batchSize: 1, signal: stop.signal })).toBe(0);
  expect(await left()).toHaveLength(3);
});
