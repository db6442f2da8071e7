import type { Finding } from '@api-monitor/core';
import { expect, test } from 'vitest';
import {
  failedProbe,
  failure,
  finding,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  getProbeMemory,
  getRun,
  getTarget,
  listModelStates,
  listRechecks,
  listTargetRevisions,
  type OpenedDatabase,
  recordModelProbe,
  updateTarget,
} from '../index.ts';

const interval = 1800;

async function withTarget() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  return db;
}

/** A run of two models with these findings. */
async function runWith(
  db: OpenedDatabase,
  nowS: number,
  findings: { model?: string; finding: Finding }[],
  fields: Parameters<typeof finish>[3] = {},
) {
  const named = findings.map((one) => ({ model: 'gpt-4o', ...one }));
  const probes = ['gpt-4o', 'o1'].map((model) => probe({ model, timestamp: nowS + 1 }));
  return finish(db, await startedRun(db, 1, nowS), probes, { findings: named, ...fields });
}

const evidence = async (db: OpenedDatabase, model = 'gpt-4o') =>
  (await listModelStates(db, { models: [model] }))[0]?.evidence;

test('the findings of a run are applied in the order in which they were made', async () => {
  const db = await withTarget();
  const refusal = finding({
    ...{ route: 'responses', outcome: 'refused', kind: 'not_found', at: 101 },
    message: 'HTTP 404',
  });
  await runWith(db, 100, [
    { finding: finding({ at: 103 }) },
    { finding: refusal },
    { finding: failure({ at: 102 }) },
  ]);
  expect(await evidence(db)).toMatchObject([
    { route: 'responses', state: 'refused', since: 101, error: 'HTTP 404' },
    { route: 'chat', state: 'proven', since: 103, proved_at: 103, failures: 0 },
  ]);
  expect(await evidence(db, 'o1')).toEqual([]);
});

test('a model that failed its probe is due for a recheck after its rest, and again after a longer one', async () => {
  const db = await withTarget();
  await runWith(db, 100, [{ finding: failure({ at: 101 }) }]);
  expect(await evidence(db)).toMatchObject([{ state: 'failed', rest_until: 131 }]);
  expect(await listRechecks(db, 130)).toEqual([]);
  const due = [{ target_id: 1, model: 'gpt-4o', reason: 'model' }];
  expect(await listRechecks(db, 131)).toEqual(due);
  const recheck = { target_id: 1, probe: failedProbe({ timestamp: 132 }), remembered: null };
  const findings = [failure({ by: 'recheck', at: 132 })];
  await recordModelProbe(db, { ...recheck, findings, nowS: 132 });
  expect(await listRechecks(db, 191)).toEqual([]);
  expect(await listRechecks(db, 192)).toEqual(due);
  const proof = {
    probe: probe({ timestamp: 193 }),
    findings: [finding({ by: 'recheck', at: 193 })],
  };
  await recordModelProbe(db, { ...recheck, ...proof, nowS: 193 });
  expect(await evidence(db)).toMatchObject([{ state: 'proven', since: 193 }]);
  expect(await listRechecks(db, 9000)).toEqual([]);
});

test('models that are not chosen, gone, or of a paused channel are not rechecked', async () => {
  const db = await withTarget();
  await runWith(db, 100, [
    { model: 'gpt-4o', finding: failure({ at: 101 }) },
    { model: 'o1', finding: failure({ at: 101 }) },
  ]);
  expect(await listRechecks(db, 200)).toHaveLength(2);
  await updateTarget(db, 1, { enabled: false }, 200);
  expect(await listRechecks(db, 200)).toEqual([]);
  await updateTarget(db, 1, { enabled: true }, 201);
  // Of the two, one is gone and the other isn't chosen any more.
  await finish(db, await startedRun(db, 1, 210), [], { listed_models: ['o1'] });
  expect(await listRechecks(db, 9000)).toEqual([]);
});

test('a recheck far in the future comes from a wrong clock and is due', async () => {
  const db = await withTarget();
  await runWith(db, 900_000, [{ finding: failure({ at: 900_001 }) }]);
  expect(await listRechecks(db, 1000)).toHaveLength(1);
});

test('a fault of the whole channel is kept with it, and one model shows whether it is back', async () => {
  const db = await withTarget();
  await runWith(db, 100, [
    { finding: finding({ at: 101 }) },
    { model: 'o1', finding: finding({ at: 102 }) },
  ]);
  const revoked = failure({
    scope: 'channel',
    kind: 'auth',
    message: 'HTTP 401: bad key',
    at: 201,
  });
  const outcome = await runWith(db, 200, [{ finding: revoked }]);
  const fault = { kind: 'auth', error: 'HTTP 401: bad key', since: 201, rest_until: 231 };
  expect(outcome).toMatchObject({ target: { fault } });
  expect(await getTarget(db, 1)).toMatchObject({ fault });
  expect(await getProbeMemory(db, 1)).toMatchObject({ fault });
  // The proofs stay: the fault outweighs them until it ends.
  expect(await evidence(db)).toMatchObject([{ state: 'proven' }]);
  expect(await listRechecks(db, 230)).toEqual([]);
  expect(await listRechecks(db, 231)).toEqual([{ target_id: 1, model: 'o1', reason: 'fault' }]);
  const back = { probe: probe({ model: 'o1', timestamp: 232 }), remembered: null, nowS: 232 };
  const findings = [finding({ by: 'recheck', at: 232 })];
  const recorded = await recordModelProbe(db, { target_id: 1, ...back, findings });
  expect(recorded).toMatchObject({ target: { fault: null } });
  expect(await listRechecks(db, 9000)).toEqual([]);
});

test('a channel at fault whose models were never proven has one of them asked', async () => {
  const db = await withTarget();
  const revoked = failure({ scope: 'channel', kind: 'auth', at: 101 });
  await runWith(db, 100, [{ finding: revoked }]);
  expect(await listRechecks(db, 200)).toEqual([{ target_id: 1, model: 'gpt-4o', reason: 'fault' }]);
});

test('what a run learnt about listing and about load is kept until a run learns otherwise', async () => {
  const db = await withTarget();
  const memory = async () => {
    const { list_way, probe_concurrency } = await getProbeMemory(db, 1);
    return [list_way, probe_concurrency];
  };
  expect(await memory()).toEqual([null, null]);
  await runWith(db, 100, [], { list_way: { path: '/v1/models' }, probe_concurrency: 2 });
  expect(await memory()).toEqual([{ path: '/v1/models' }, 2]);
  await runWith(db, 200, []);
  expect(await memory()).toEqual([{ path: '/v1/models' }, 2]);
  expect(await getProbeMemory(db, 99)).toEqual({
    ...{ list_way: null, probe_concurrency: null, fault: null },
  });
});

test('a run says why its list failed, although its models answered', async () => {
  const db = await withTarget();
  const why = { error: 'HTTP 401: no list', error_kind: 'auth', listed_models: null } as const;
  const outcome = await runWith(db, 100, [], why);
  const { last_error, last_error_kind, last_status } = (await getTarget(db, 1)) ?? {};
  expect([last_error, last_error_kind, last_status]).toEqual([
    'HTTP 401: no list',
    'auth',
    'healthy',
  ]);
  const run = outcome.outcome === 'finished' ? await getRun(db, outcome.run.id) : null;
  expect(run).toMatchObject({
    status: 'completed',
    error: 'HTTP 401: no list',
    error_kind: 'auth',
  });
  await runWith(db, 100 + interval, []);
  expect(await getTarget(db, 1)).toMatchObject({ last_error: null, last_error_kind: null });
});

test('a run and a recheck make gateways read the channel again', async () => {
  const db = await withTarget();
  const revision = async () => (await listTargetRevisions(db))[0]?.revision;
  await runOnce(db, 1, 100, [probe()]);
  const before = await revision();
  const recheck = { target_id: 1, probe: probe(), findings: [], remembered: null, nowS: 200 };
  await recordModelProbe(db, recheck);
  expect(await revision()).toBe((before ?? 0) + 1);
});

test('what was found on a route doesn’t count once its path has changed; other routes keep theirs', async () => {
  const db = await withTarget();
  const onResponses = { route: 'responses' } as const;
  await runWith(db, 100, [
    { finding: finding({ at: 102 }) },
    { finding: failure({ at: 103, ...onResponses }) },
    { model: 'o1', finding: finding({ at: 104 }) },
  ]);
  await updateTarget(db, 1, { paths: ['chat = /v1/chat/completions'] }, 110);
  expect(await evidence(db)).toMatchObject([onResponses]);
  expect(await evidence(db, 'o1')).toEqual([]);
  await runWith(db, 200, [{ finding: finding({ at: 202 }) }]);
  const paths = ['chat = /v1/chat/completions', 'responses = none'];
  await updateTarget(db, 1, { paths }, 210);
  expect(await evidence(db)).toMatchObject([{ route: 'chat', state: 'proven' }]);
  expect(await listRechecks(db, 10_000)).toEqual([]);
  await updateTarget(db, 1, { paths }, 220);
  expect(await evidence(db)).toHaveLength(1);
});
