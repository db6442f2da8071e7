import { isDue, nextRunAtOf } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { probe, runOnce, startedRun, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, endInterruptedRuns, listDueTargets, listTargets } from '../index.ts';

test('targets that never ran come first, then the one with the oldest run', async () => {
  const db = await tempDatabase();
  for (const name of ['late', 'early', 'new']) await createTarget(db, targetInput({ name }), 1);
  await runOnce(db, 1, 200, [probe()]);
  await runOnce(db, 2, 100, [probe()]);
  const due = await listDueTargets(db, 100_000);
  expect(due.map((target) => target.name)).toEqual(['new', 'early', 'late']);
});

test('a target is due at the second that the schedule in core gives', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ interval_min: 2 }), 1);
  await runOnce(db, 1, 100, [probe()]);
  const [target] = await listTargets(db);
  const dueAt = (target && nextRunAtOf(target)) ?? 0;
  expect(await listDueTargets(db, dueAt - 0.5)).toEqual([]);
  const due = await listDueTargets(db, dueAt);
  expect(due).toEqual(await listTargets(db));
  expect(due.every((target) => isDue(target, dueAt))).toBe(true);
});

test('a last run in the future does not keep a target from being due', async () => {
  const db = await tempDatabase();
  for (const name of ['far', 'near']) await createTarget(db, targetInput({ name }), 1);
  await runOnce(db, 1, 900_000, [probe()]);
  await runOnce(db, 2, 100_010, [probe()]);
  const due = await listDueTargets(db, 100_000);
  expect(due.map((target) => target.name)).toEqual(['far']);
  expect((await listTargets(db)).filter((target) => isDue(target, 100_000))).toEqual(due);
});

test('a disabled target is never due', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ enabled: false }), 1);
  expect(await listDueTargets(db, 100_000)).toEqual([]);
});

test('a running target is not due; one whose worker died is due again', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  const run = await startedRun(db, 1, 100);
  expect(await listDueTargets(db, 100_000)).toEqual([]);
  await endInterruptedRuns(db, { runs: [run], nowS: 300 });
  expect(await listDueTargets(db, 300)).toHaveLength(1);
});
