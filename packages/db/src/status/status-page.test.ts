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
    { slug: 'b', name: 'B', target_id: 2, tag: null, model: null },
    { slug: 'a', name: 'A', target_id: null, tag: 'Fast', model: 'gpt-4o' },
    { slug: 'c', name: 'C', target_id: 1, tag: null, model: 'gpt-4o' },
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

const day = 86_400;
/** A check every half hour of the channels of these tests. */
const interval = 1800;

test("a channel's day is the watched time of all its models, and a failed one counts as long as it lasted", async () => {
  const db = await databaseWith('one');
  const noon = day + 12 * 3600;
  const models = (at: number, isAlive: boolean) => [
    probe({ timestamp: at }),
    (isAlive ? probe : failedProbe)({ model: 'b', timestamp: at }),
  ];
  await runOnce(db, 1, noon, models(noon, true));
  await runOnce(db, 1, noon + interval, models(noon + interval, false));
  // Two runs by hand, a minute apart: they speak for a minute each.
  await runOnce(db, 1, noon + interval + 60, models(noon + interval + 60, false));
  await runOnce(db, 1, noon + interval + 120, models(noon + interval + 120, true));
  const window = { after: day - 1, until: 2 * day };
  const watched_s = 2 * (2 * interval + 120);
  expect(await listStatusDays(db, { targetId: 1 }, window)).toEqual([
    {
      number: 1,
      watched_s,
      served_s: watched_s - interval - 60,
      isFlawless: false,
      targetIds: [1],
    },
  ]);
  expect(await listStatusDays(db, { targetIds: [1], model: 'gpt-4o' }, window)).toMatchObject([
    { served_s: watched_s / 2, isFlawless: true },
  ]);
  expect(await listStatusDays(db, { targetIds: [], model: 'b' }, window)).toEqual([]);
});

test('a model on several channels is available while one of them is', async () => {
  const db = await databaseWith('one', 'two');
  const noon = day + 12 * 3600;
  for (let check = 0; check < 4; check += 1) {
    const at = noon + check * interval;
    await runOnce(db, 1, at, [(check < 2 ? failedProbe : probe)({ timestamp: at })]);
    const other = at + 600;
    await runOnce(db, 2, other, [(check < 2 ? probe : failedProbe)({ timestamp: other })]);
  }
  const both = { targetIds: [1, 2], model: 'gpt-4o' };
  const [only, ...others] = await listStatusDays(db, both, { after: day - 1, until: 2 * day });
  expect(others).toEqual([]);
  // In the first ten minutes only the first channel was watched, and in the last ten only the second.
  const watched_s = 4 * interval + 600;
  // Neither served in them; in between, one of the two did.
  expect(only).toMatchObject({ watched_s, served_s: watched_s - 1200, isFlawless: false });
  expect(only?.targetIds).toEqual([1, 2]);
});

test('each model of several channels is available while one of them serves it, and all of them count', async () => {
  const db = await databaseWith('one', 'two', 'three');
  const noon = day + 12 * 3600;
  for (let check = 0; check < 4; check += 1) {
    const at = noon + check * interval;
    const timestamp = at;
    const b = { model: 'b', timestamp };
    // The first half, one channel doesn't serve `gpt-4o`; the second half, the other; only one has `b`.
    const isEarly = check < 2;
    await runOnce(db, 1, at, [(isEarly ? failedProbe : probe)({ timestamp }), failedProbe(b)]);
    await runOnce(db, 2, at, [(isEarly ? probe : failedProbe)({ timestamp })]);
    await runOnce(db, 3, at, [failedProbe({ timestamp })]);
  }
  const window = { after: day - 1, until: 2 * day };
  const whole = { number: 1, watched_s: 8 * interval, served_s: 4 * interval, isFlawless: false };
  const shown = (...targetIds: number[]) => listStatusDays(db, { targetIds, model: null }, window);
  expect(await shown(1, 2)).toEqual([{ ...whole, targetIds: [1, 2] }]);
  expect(await shown(1)).toEqual(await listStatusDays(db, { targetId: 1 }, window));
  expect(await shown()).toEqual([]);
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
