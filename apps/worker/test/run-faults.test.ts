import { writeFile } from 'node:fs/promises';
import {
  getTarget,
  listRunModels,
  listRunningTargetIds,
  listRuns,
  updateTarget,
} from '@api-monitor/db';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import type { WorkerDeps } from '../src/worker-deps.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

/** The real upstream, except that it throws for one model. */
function faultyFor(model: string, upstream: WorkerDeps['upstream']): WorkerDeps['upstream'] {
  return {
    ...upstream,
    exchange(upstreamTarget, request, options) {
      if (request.body?.includes(`"${model}"`)) throw new Error('an internal bug');
      return upstream.exchange(upstreamTarget, request, options);
    },
  };
}

test('an internal error in one probe is one failed row, and affects no other', async () => {
  const worker = await openTestWorker({ limits: { probesPerRun: 1 } });
  const provider = await startProvider({ a: 'good', b: 'good', c: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const faulty = { ...deps, upstream: faultyFor('b', deps.upstream) };
  await runTarget(faulty, { targetId: target.id, trigger: 'manual' }, endless);
  const rows = await listRunModels(worker.db, { target_id: target.id, limit: 10 });
  expect(rows.map((row) => [row.model, row.success, row.error]).sort()).toEqual([
    ['a', true, null],
    ['b', false, "unexpected error; see the monitor's log"],
    ['c', true, null],
  ]);
  const [run] = await listRuns(worker.db, target.id, 1);
  expect(run).toMatchObject({ status: 'completed', error: null, total: 3, success: 2 });
});

test('what was measured before an internal error of the run is kept', async () => {
  const worker = await openTestWorker({ limits: { probesPerRun: 1 } });
  const provider = await startProvider({ a: 'good', b: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const probeEnded: WorkerDeps['metrics']['probeEnded'] = (probe) => {
    if (probe.model === 'b') throw new Error('an internal bug');
  };
  const faulty = { ...deps, metrics: { ...deps.metrics, probeEnded } };
  await runTarget(faulty, { targetId: target.id, trigger: 'manual' }, endless);
  const rows = await listRunModels(worker.db, { target_id: target.id, limit: 10 });
  expect(rows.map((row) => row.model).sort()).toEqual(['a', 'b']);
  const [run] = await listRuns(worker.db, target.id, 1);
  expect(run).toMatchObject({ status: 'error', error: expect.stringContaining('unexpected') });
});

test("a listener that throws doesn't affect the run's rows", async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  let heard = 0;
  deps.bus.events.subscribe(() => {
    heard += 1;
    throw new Error('out of reach');
  });
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  const [run] = await listRuns(worker.db, target.id, 1);
  expect(run).toMatchObject({ status: 'completed', total: 1, success: 1 });
  expect(heard).toBeGreaterThan(0);
});

test('without a logs folder only the log is missing', async () => {
  const worker = await openTestWorker();
  await writeFile(worker.logDir, 'a file instead of the folder');
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(worker, provider);
  await runTarget(worker.makeDeps(), { targetId: target.id, trigger: 'manual' }, endless);
  const [run] = await listRuns(worker.db, target.id, 1);
  expect(run).toMatchObject({ status: 'completed', total: 1, log_file: null });
  expect(await listRunningTargetIds(worker.db)).toEqual([]);
});

test('a run that probed nothing leaves no log', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  provider.setModelList('status_401');
  const target = await addTarget(worker, provider);
  await runTarget(worker.makeDeps(), { targetId: target.id, trigger: 'manual' }, endless);
  await expect(worker.readLogs()).rejects.toThrow('ENOENT');
  expect((await listRuns(worker.db, target.id, 1))[0]?.log_file).toBeNull();
  expect(await getTarget(worker.db, target.id)).toMatchObject({ last_log_file: null });
});

test('a channel that moved during its run is run again at once at its new address', async () => {
  const worker = await openTestWorker();
  const old = await startProvider({ a: 'hang_before_headers' });
  const next = await startProvider({ a: 'good' });
  const target = await addTarget(worker, old, { timeout_s: 300 });
  const deps = worker.makeDeps();
  const running = runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  await expect.poll(() => old.requests.length).toBe(2);
  const patch = { base_url: next.origin };
  const moved = await updateTarget(worker.db, target.id, patch, worker.clock.now);
  deps.activeRuns.targetChanged(target.id, moved);
  await running;
  const runs = await listRuns(worker.db, target.id, 10);
  expect(runs.map((run) => [run.status, run.error])).toEqual([
    ['completed', null],
    ['error', 'stopped: the address or the key of the channel changed'],
  ]);
  expect(await getTarget(worker.db, target.id)).toMatchObject({ last_status: 'healthy' });
});

test('a stopping worker starts no more runs', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  deps.stop();
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  expect(await listRuns(worker.db, target.id, 1)).toEqual([]);
  expect(provider.requests).toEqual([]);
});
