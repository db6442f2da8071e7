import { endInterruptedRuns, heartbeatRun, listRuns, startRun } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { pruneHistory } from '../src/housekeeping.ts';
import { runTarget } from '../src/run/run-target.ts';
import { recoverInterrupted } from '../src/scan.ts';
import { addTarget, lookUntilDead, openTestWorker, startProvider } from './open-test-worker.ts';

test.each([
  ['schedule', { scheduled: 1, manual: 0 }],
  ['manual', { scheduled: 0, manual: 1 }],
] as const)('an interrupted run is queued again by its trigger: %s', async (trigger, asked) => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(test, provider, { enabled: trigger === 'schedule' });
  await startRun(test.db, { target_id: target.id, trigger, nowS: test.clock.now });
  const deps = test.makeDeps();
  await lookUntilDead(deps);
  expect((await listRuns(test.db, target.id, 1))[0]).toMatchObject({ error: 'interrupted' });
  const depths = {
    scheduled: (await deps.bus.scheduledRuns.depth()).waiting,
    manual: (await deps.bus.manualRuns.depth()).waiting,
  };
  expect(depths).toEqual(asked);
});

test('a channel that has been disabled since is not run again by the schedule', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(test, provider, { enabled: false });
  await startRun(test.db, { target_id: target.id, trigger: 'schedule', nowS: test.clock.now });
  const deps = test.makeDeps();
  await lookUntilDead(deps);
  expect(await deps.bus.scheduledRuns.depth()).toEqual({ waiting: 0, active: 0 });
  expect(await deps.bus.manualRuns.depth()).toEqual({ waiting: 0, active: 0 });
});

test("a run isn't taken for dead when the clock jumps, here or in another worker", async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'hang_before_headers' });
  const target = await addTarget(test, provider, { timeout_s: 300 });
  const [here, elsewhere] = [test.makeDeps(), test.makeDeps()];
  const cut = new AbortController();
  const running = runTarget(here, { targetId: target.id, trigger: 'manual' }, cut.signal);
  await expect.poll(() => provider.requests.length).toBe(2);
  const [run] = await listRuns(test.db, target.id, 1);
  test.clock.now += 3600;
  await lookUntilDead(here);
  for (let looks = 0; looks < 20; looks += 1) {
    await recoverInterrupted(elsewhere);
    if (looks % 4 !== 0) continue;
    test.clock.now -= 1;
    await heartbeatRun(test.db, { run_id: run?.id ?? 0, nowS: test.clock.now });
  }
  expect(await listRuns(test.db, target.id, 10)).toMatchObject([{ status: 'running' }]);
  cut.abort();
  await running;
  expect(here.activeRuns.runIds()).toEqual([]);
});

test('a run with a new heartbeat is not ended', async () => {
  const test = await openTestWorker();
  const target = await addTarget(test, await startProvider({ a: 'good' }));
  const nowS = test.clock.now;
  const claim = await startRun(test.db, { target_id: target.id, trigger: 'schedule', nowS });
  const run = claim.outcome === 'started' ? claim.run : null;
  if (!run) throw new Error('not claimed');
  await heartbeatRun(test.db, { run_id: run.id, nowS: nowS + 1 });
  expect(await endInterruptedRuns(test.db, { runs: [run], nowS })).toEqual([]);
});

test('a stopping worker stops deleting history', async () => {
  const test = await openTestWorker({ limits: { retentionDays: 7 } });
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(test, provider);
  const deps = test.makeDeps();
  const old = { target_id: target.id, started_at: 1, status: 'completed' as const };
  const counts = { trigger: 'manual' as const, total: 0, success: 0, fail: 0, skipped: 0 };
  const runs = Array.from({ length: 400 }, () => ({ ...old, ...counts }));
  await test.db.kysely.insertInto('runs').values(runs).execute();
  const pruning = pruneHistory(deps);
  deps.stop();
  await pruning;
  expect((await listRuns(test.db, target.id, 500)).length).toBeGreaterThanOrEqual(350);
});
