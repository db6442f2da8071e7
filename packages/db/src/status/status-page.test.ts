import { expect, test } from 'vitest';
import {
  failedProbe,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  deleteTarget,
  listChannelChecks,
  listDaysOfFailedRuns,
  listFailureKinds,
  listModelChecks,
  listStatusDays,
  listStatusItems,
  readStatusPage,
  replaceStatusItems,
  writeStatusPage,
} from '../index.ts';

const always = { after: 0, until: 10_000 };

async function databaseWith(...names: string[]) {
  const db = await tempDatabase();
  for (const name of names) await createTarget(db, targetInput({ name }), 1);
  return db;
}

test('the page is off until it is switched on, and its settings are stored', async () => {
  const db = await tempDatabase();
  expect(await readStatusPage(db)).toEqual({ enabled: false, title: 'Status', description: '' });
  const settings = { enabled: true, title: 'Relays', description: 'of ours' };
  await writeStatusPage(db, settings, 1);
  expect(await readStatusPage(db)).toEqual(settings);
});

test('lines are stored in the given order, and deleted with their channel', async () => {
  const db = await databaseWith('one', 'two');
  const lines = [
    { slug: 'b', name: 'B', target_id: 2, model: null },
    { slug: 'a', name: 'A', target_id: null, model: 'gpt-4o' },
    { slug: 'c', name: 'C', target_id: 1, model: 'gpt-4o' },
  ];
  await replaceStatusItems(db, lines);
  expect(await listStatusItems(db)).toMatchObject(lines);
  await replaceStatusItems(db, lines.toReversed());
  expect(await listStatusItems(db)).toMatchObject(lines.toReversed());
  await deleteTarget(db, 2, 10);
  expect((await listStatusItems(db)).map(({ slug }) => slug)).toEqual(['c', 'a']);
  await replaceStatusItems(db, []);
  expect(await listStatusItems(db)).toEqual([]);
});

test("a channel's checks are its whole runs that say something", async () => {
  const db = await databaseWith('one', 'two');
  await runOnce(db, 1, 100, [probe(), failedProbe({ model: 'b' })]);
  await runOnce(db, 2, 150, [probe()]);
  await runOnce(db, 1, 200, []);
  const refused = { status: 'error' as const, error: 'HTTP 401' };
  await finish(db, await startedRun(db, 1, 300), [], refused);
  await finish(db, await startedRun(db, 1, 400), [], { status: 'interrupted' });
  const disabled = { status: 'interrupted', cut: 'target_disabled' } as const;
  await finish(db, await startedRun(db, 1, 450), [], disabled);
  await startedRun(db, 1, 500);
  const checks = await listChannelChecks(db, 1, always);
  expect(checks.map(({ at, share }) => [at, share])).toEqual([
    [100, 0.5],
    [300, 0],
  ]);
  expect(await listChannelChecks(db, 1, { after: 100, until: 299 })).toEqual([]);
});

test("a model's checks are its probes on the given channels, without skipped ones", async () => {
  const db = await databaseWith('one', 'two', 'three');
  await runOnce(db, 2, 90, [probe({ timestamp: 90 })]);
  await runOnce(db, 1, 100, [failedProbe({ timestamp: 100 }), probe({ model: 'b' })]);
  await runOnce(db, 3, 110, [probe({ timestamp: 110 })]);
  const skipped = { success: false, error_kind: 'skipped' as const, timestamp: 120 };
  await runOnce(db, 1, 120, [probe(skipped)]);
  const which = { targetIds: [1, 2], model: 'gpt-4o' };
  const checks = await listModelChecks(db, which, always);
  expect(checks.map(({ target_id, at, share, kind }) => [target_id, at, share, kind])).toEqual([
    [2, 90, 1, null],
    [1, 100, 0, 'rate_limit'],
  ]);
  expect(await listModelChecks(db, { ...which, targetIds: [] }, always)).toEqual([]);
});

test('days are summed from the stored sums of their probes, and days of failed runs are listed', async () => {
  const db = await databaseWith('one', 'two');
  const day = 86_400;
  const at = (timestamp: number) => ({ timestamp });
  await runOnce(db, 1, day, [probe(at(day)), failedProbe({ model: 'b', ...at(day) })]);
  await runOnce(db, 1, day + 100, [probe(at(day + 100)), probe({ model: 'b', ...at(day + 100) })]);
  await runOnce(db, 2, 2 * day, [probe(at(2 * day))]);
  await finish(db, await startedRun(db, 1, 3 * day), [], { status: 'error', error: 'HTTP 401' });
  const window = { after: day - 1, until: 9 * day };
  const both = { targetIds: [1, 2], model: null };
  expect(await listStatusDays(db, both, window)).toEqual([
    { number: 1, checks: 2, share: 0.75, targetIds: [1] },
    { number: 2, checks: 1, share: 1, targetIds: [2] },
  ]);
  expect(await listStatusDays(db, { ...both, model: 'b' }, window)).toMatchObject([{ share: 0.5 }]);
  expect(await listStatusDays(db, { ...both, targetIds: [] }, window)).toEqual([]);
  expect(await listDaysOfFailedRuns(db, 1, window)).toEqual([3]);
});

test('the reasons why a run failed are listed, the most frequent first', async () => {
  const db = await databaseWith('one');
  const run = await runOnce(db, 1, 100, [
    probe(),
    failedProbe({ model: 'a', error_kind: 'timeout' }),
    failedProbe({ model: 'b' }),
    failedProbe({ model: 'c' }),
  ]);
  expect(await listFailureKinds(db, run.id)).toEqual(['rate_limit', 'timeout']);
});
