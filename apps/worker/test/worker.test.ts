import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  getTarget,
  listAudit,
  listRuns,
  recordAudit,
  setSettings,
  startRun,
  updateTarget,
} from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { createWorker } from '../src/create-worker.ts';
import { cleanOldLogs, pruneHistory } from '../src/housekeeping.ts';
import { recoverInterrupted, runIfDue, scan } from '../src/scan.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

type TestWorker = Awaited<ReturnType<typeof openTestWorker>>;

function startWorker(test: TestWorker) {
  const { bus, events } = test.openBus();
  const worker = createWorker({ ...test, bus, allowPrivate: 'on', instanceId: '0123456789abcdef' });
  worker.start();
  onTestFinished(() => worker.stop(0));
  return { bus, events, worker };
}

test('a started worker runs due targets by itself', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const due = await addTarget(test, provider);
  const disabled = await addTarget(test, provider, { enabled: false });
  const { events } = startWorker(test);
  await expect.poll(() => events.at(-1)?.type).toBe('run_completed');
  expect((await getTarget(test.db, due.id))?.last_status).toBe('healthy');
  expect(await listRuns(test.db, disabled.id, 1)).toEqual([]);
});

test('every request has this installation’s Via header, those for lists and for probes', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good', 'claude-b': 'good' });
  await addTarget(test, provider);
  const { events } = startWorker(test);
  await expect.poll(() => events.at(-1)?.type).toBe('run_completed');
  const signatures = provider.requests.map(({ headers }) => headers.via);
  expect(signatures).toEqual(Array(3).fill('1.1 api-monitor-0123456789abcdef'));
});

test('the scan queues due targets, each at its own second, those that never ran at once', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const ids: number[] = [];
  for (const age of [2000, 4000, 60, null]) {
    const { id } = await addTarget(test, provider);
    const last_run_at = age === null ? null : test.clock.now - age;
    await test.db.kysely.updateTable('targets').set({ last_run_at }).where('id', '=', id).execute();
    ids.push(id);
  }
  const deps = test.makeDeps();
  const starts = new Set<number>();
  for (let second = 0; second < 60; second += 2) {
    const before = await deps.bus.scheduledRuns.depth();
    await scan(deps);
    const after = await deps.bus.scheduledRuns.depth();
    if (after.waiting > before.waiting) starts.add(second);
    test.clock.now += 2;
  }
  expect(starts.size).toBe(3);
  const order: number[] = [];
  deps.bus.scheduledRuns.consume(async (job) => void order.push(job.target_id), { concurrency: 1 });
  await expect.poll(() => order).toEqual([ids[3], ids[1], ids[0]]);
});

test("the schedule doesn't run a target that was run or disabled while it waited", async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(test, provider);
  const deps = test.makeDeps();
  const endless = new AbortController().signal;
  await runIfDue(deps, target.id, endless);
  await runIfDue(deps, target.id, endless);
  expect(await listRuns(test.db, target.id, 10)).toHaveLength(1);
  test.clock.now += 31 * 60;
  await updateTarget(test.db, target.id, { enabled: false }, test.clock.now);
  await runIfDue(deps, target.id, endless);
  expect(await listRuns(test.db, target.id, 10)).toHaveLength(1);
});

test('the run of a dead worker is ended within a minute, and its target runs again', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(test, provider);
  await startRun(test.db, { target_id: target.id, trigger: 'schedule', nowS: test.clock.now });
  const deps = test.makeDeps();
  for (let looks = 0; looks < 8; looks += 1) await recoverInterrupted(deps);
  expect((await listRuns(test.db, target.id, 1))[0]?.status).toBe('running');
  await recoverInterrupted(deps);
  expect((await listRuns(test.db, target.id, 1))[0]).toMatchObject({
    status: 'error',
    error: 'interrupted',
    finished_at: test.clock.now,
  });
  expect(await deps.bus.scheduledRuns.depth()).toEqual({ waiting: 1, active: 0 });
});

test('the number of running targets is limited, a hanging one delays no other, and runs started by hand go first', async () => {
  const test = await openTestWorker({ limits: { scheduledRuns: 2, scheduledRunsHere: 2 } });
  const hanging = await startProvider({ a: 'hang_before_headers' });
  const good = await startProvider({ a: 'good' });
  const stuck = await addTarget(test, hanging, { timeout_s: 300 });
  const others = [];
  for (let i = 0; i < 5; i += 1) others.push(await addTarget(test, good));
  const second = await addTarget(test, hanging, { timeout_s: 300 });
  const last = await addTarget(test, good);
  const { bus, events } = startWorker(test);
  const completed = () => events.filter(({ type }) => type === 'run_completed').length;
  await expect.poll(completed).toBe(5);
  await expect.poll(() => bus.scheduledRuns.depth()).toEqual({ waiting: 1, active: 2 });
  await bus.manualRuns.add(String(last.id), { target_id: last.id });
  await expect.poll(completed).toBe(6);
  expect(new Set([stuck.id, second.id]).size).toBe(2);
});

test('many runs started by hand start one after the other', async () => {
  const test = await openTestWorker({ limits: { scheduledRunsHere: 2 } });
  const hanging = await startProvider({ a: 'hang_before_headers' });
  const { bus } = startWorker(test);
  for (let count = 0; count < 5; count += 1) {
    const { id } = await addTarget(test, hanging, { timeout_s: 300, enabled: false });
    await bus.manualRuns.add(String(id), { target_id: id });
  }
  await expect.poll(() => bus.manualRuns.depth()).toEqual({ waiting: 3, active: 2 });
});

test('stopping cuts off what outlasts the grace period and leaves no run behind', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'hang_before_headers' });
  const target = await addTarget(test, provider, { timeout_s: 300 });
  const { worker } = startWorker(test);
  await expect.poll(() => provider.requests.length).toBe(2);
  await worker.stop(20);
  expect((await listRuns(test.db, target.id, 1))[0]).toMatchObject({
    status: 'error',
    error: 'interrupted',
  });
});

test('a deletion that is published on the bus ends the run of that target', async () => {
  const test = await openTestWorker();
  const provider = await startProvider({ a: 'hang_before_headers' });
  const target = await addTarget(test, provider, { timeout_s: 300 });
  const { bus } = startWorker(test);
  await expect.poll(() => provider.requests.length).toBe(2);
  await test.db.kysely.deleteFrom('targets').where('id', '=', target.id).execute();
  await bus.events.publish({ type: 'target_updated', data: { target_id: target.id } });
  await expect.poll(() => bus.scheduledRuns.depth()).toEqual({ waiting: 0, active: 0 });
});

test("runs older than the retention are deleted, except each target's latest", async () => {
  const test = await openTestWorker({ limits: { retentionDays: 7 } });
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(test, provider);
  const deps = test.makeDeps();
  const endless = new AbortController().signal;
  for (let day = 0; day < 3; day += 1) {
    await runIfDue(deps, target.id, endless);
    test.clock.now += 86_400;
  }
  test.clock.now += 5.5 * 86_400;
  await pruneHistory(deps);
  expect(await listRuns(test.db, target.id, 10)).toHaveLength(1);
  test.clock.now += 365 * 86_400;
  await pruneHistory(deps);
  expect(await listRuns(test.db, target.id, 10)).toHaveLength(1);
});

test('the audit log has its own retention', async () => {
  const test = await openTestWorker({ limits: { retentionDays: 0, auditRetentionDays: 10 } });
  const entry = { actor: 'system', session_id: null, address: '', subject_id: null } as const;
  for (const ageDays of [11, 9]) {
    const timestamp = test.clock.now - ageDays * 86_400;
    const rest = { action: 'target.created', subject_name: `${ageDays}` } as const;
    await recordAudit(test.db, { ...entry, ...rest, timestamp, changes: [] });
  }
  await pruneHistory(test.makeDeps());
  const kept = await listAudit(test.db, { limit: 10 });
  expect(kept.map(({ subject_name }) => subject_name)).toEqual(['9']);
});

test('an unreadable limit deletes nothing that the environment would keep', async () => {
  const test = await openTestWorker({ givenSettings: { log_max_size_mb: 1 } });
  await mkdir(test.logDir, { recursive: true });
  const file = join(test.logDir, 'target_1_20260101_000000.jsonl');
  await writeFile(file, Buffer.alloc(700_000));
  await utimes(file, test.clock.now, test.clock.now);
  await setSettings(test.db, { log_max_size_mb: '500MB' }, test.clock.now);
  await cleanOldLogs(test.makeDeps());
  expect(await readdir(test.logDir)).toHaveLength(1);
});

test('logs are kept below their limit unless the settings override it', async () => {
  const test = await openTestWorker({ givenSettings: { log_max_size_mb: 1 } });
  const deps = test.makeDeps();
  await mkdir(test.logDir, { recursive: true });
  const names = ['target_1_20260101_000000.jsonl', 'target_1_20260102_000000.jsonl'];
  for (const name of names) {
    await writeFile(join(test.logDir, name), Buffer.alloc(700_000));
    await utimes(join(test.logDir, name), test.clock.now, test.clock.now);
  }
  await setSettings(test.db, { log_cleanup_enabled: 'false' }, test.clock.now);
  await cleanOldLogs(deps);
  expect(await readdir(test.logDir)).toHaveLength(2);
  await setSettings(test.db, { log_cleanup_enabled: '1' }, test.clock.now);
  await cleanOldLogs(deps);
  expect(await readdir(test.logDir)).toHaveLength(1);
});
