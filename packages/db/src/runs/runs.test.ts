import { endOfCut } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { failedProbe, finish, runOnce, startedRun, targetInput } from '../../test/samples.ts';
import { openIn, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import {
  createTarget,
  deleteTarget,
  endInterruptedRuns,
  getLatestFinishedRun,
  getRun,
  getTarget,
  heartbeatRun,
  listLogFilesInUse,
  listRunningTargetIds,
  listRuns,
  startRun,
} from '../index.ts';

const start = { target_id: 1, trigger: 'manual' as const, nowS: 100 };

async function withTarget() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  return db;
}

test('a run starts with its target as it is now', async () => {
  const db = await withTarget();
  const started = await startRun(db, { ...start, log_file: 'target_1_x.jsonl' });
  expect(started).toEqual({
    outcome: 'started',
    target: await getTarget(db, 1),
    run: {
      id: 1,
      target_id: 1,
      started_at: 100,
      finished_at: null,
      status: 'running',
      total: 0,
      success: 0,
      fail: 0,
      skipped: 0,
      log_file: 'target_1_x.jsonl',
      error: null,
      error_kind: null,
      notes: null,
      cut: null,
      trigger: 'manual',
      heartbeat_at: 100,
    },
  });
  expect(await getRun(db, 1)).toEqual(started.outcome === 'started' && started.run);
});

test('a target never runs twice at once', async () => {
  const db = await withTarget();
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => startRun(db, start)));
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
    'already_running',
    'already_running',
    'already_running',
    'already_running',
    'started',
  ]);
  expect(await listRuns(db, 1, 10)).toHaveLength(1);
});

test('a target never runs twice at once, even from two connections to the same file', async () => {
  const dataDir = await tempFolder();
  const [one, two] = [await openIn(dataDir), await openIn(dataDir)];
  await createTarget(one, targetInput(), 1);
  const outcomes = [await startRun(one, start), await startRun(two, start)];
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['started', 'already_running']);
});

test('the table itself refuses a second running run', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 100);
  const { id: _, notes: __, ...copy } = run;
  await expect(db.kysely.insertInto('runs').values(copy).execute()).rejects.toThrow(/unique/i);
});

test('a target that has run may run again, and a deleted one may not', async () => {
  const db = await withTarget();
  await runOnce(db, 1, 100, []);
  await runOnce(db, 1, 200, []);
  await deleteTarget(db, 1, 1000);
  expect(await startRun(db, start)).toEqual({ outcome: 'target_gone' });
});

test('a heartbeat says whether the run still counts', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 100);
  expect(await heartbeatRun(db, { run_id: run.id, nowS: 130 })).toBe(true);
  expect(await getRun(db, run.id)).toMatchObject({ heartbeat_at: 130 });
  await finish(db, run, []);
  expect(await heartbeatRun(db, { run_id: run.id, nowS: 140 })).toBe(false);
  expect(await heartbeatRun(db, { run_id: 99, nowS: 140 })).toBe(false);
});

test('runs are listed newest first, within the limit and the target', async () => {
  const db = await withTarget();
  await createTarget(db, targetInput({ name: 'other' }), 1);
  for (const nowS of [100, 200, 300]) await runOnce(db, 1, nowS, []);
  await runOnce(db, 2, 400, []);
  expect((await listRuns(db, 1, 2)).map((run) => run.started_at)).toEqual([300, 200]);
  expect(await getRun(db, 99)).toBeNull();
});

test('the latest finished run is not the running one', async () => {
  const db = await withTarget();
  expect(await getLatestFinishedRun(db, 1)).toBeNull();
  const finished = await runOnce(db, 1, 100, []);
  await startedRun(db, 1, 200);
  expect(await getLatestFinishedRun(db, 1)).toEqual(finished);
});

test('running targets and the log files in use are listed', async () => {
  const db = await withTarget();
  await createTarget(db, targetInput({ name: 'other' }), 1);
  const run = await startedRun(db, 2, 100, 'target_2_a.jsonl');
  await startedRun(db, 1, 100);
  expect(await listRunningTargetIds(db)).toEqual([1, 2]);
  expect(await listLogFilesInUse(db)).toEqual(['target_2_a.jsonl']);
  await finish(db, run, []);
  expect(await listRunningTargetIds(db)).toEqual([1]);
  expect(await listLogFilesInUse(db)).toEqual([]);
});

test('a run whose worker stopped reporting ends as interrupted, and its target keeps its status', async () => {
  const db = await withTarget();
  await createTarget(db, targetInput({ name: 'alive' }), 1);
  await runOnce(db, 1, 100, [failedProbe()]);
  const before = await getTarget(db, 1);
  const silent = await startedRun(db, 1, 200);
  await startedRun(db, 2, 280);
  const ended = await endInterruptedRuns(db, { runs: [silent], nowS: 300 });
  expect(ended).toEqual([
    { ...silent, status: 'error', ...endOfCut('interrupted'), finished_at: 300 },
  ]);
  const { error: last_error, notes: last_notes } = endOfCut('interrupted');
  expect(await getTarget(db, 1)).toEqual({ ...before, last_error, last_notes });
  expect(await listRunningTargetIds(db)).toEqual([2]);
  expect(await endInterruptedRuns(db, { runs: [silent], nowS: 301 })).toEqual([]);
});
