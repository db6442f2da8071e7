import { expect, test } from 'vitest';
import { keyInput, proxyRequest } from '../../test/proxy-samples.ts';
import {
  failedProbe,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { openIn, tempFolder } from '../../test/temp-database.ts';
import {
  createProxyKey,
  createTarget,
  type Database,
  deleteTarget,
  endInterruptedRuns,
  getProxyKey,
  getSettings,
  getTarget,
  listModelStates,
  listProxyKeyRevisions,
  listRunningRuns,
  listRunningTargetIds,
  listStatusItems,
  listTargetRevisions,
  listTargets,
  type OpenedDatabase,
  readProbeUsage,
  recordModelProbe,
  recordProxyRequests,
  reorderTargets,
  replaceStatusItems,
  setSettings,
  startRun,
  sumProxyRequests,
  updateProxyKey,
  updateTarget,
} from '../index.ts';

/** One database, opened several times, as by several processes. */
async function openShared(): Promise<[OpenedDatabase, ...OpenedDatabase[]]> {
  const dataDir = await tempFolder();
  const first = await openIn(dataDir);
  return [first, await openIn(dataDir), await openIn(dataDir)];
}

/** Runs `work` so many times at once, on each of the connections in turn. */
function atOnce<T>(
  shared: readonly Database[],
  times: number,
  work: (db: Database, index: number) => Promise<T>,
): Promise<T[]> {
  const [first] = shared;
  if (!first) throw new Error('nothing is open');
  return Promise.all(
    Array.from({ length: times }, (_, index) =>
      work(shared[index % shared.length] ?? first, index),
    ),
  );
}

async function withTarget() {
  const shared = await openShared();
  const [db] = shared;
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, [probe()]);
  return { shared, db, id };
}

test('of many claims on a target at once, one starts a run', async () => {
  const { shared, db, id } = await withTarget();
  const claim = { target_id: id, trigger: 'schedule' as const, nowS: 100 };
  const outcomes = await atOnce(shared, 12, (one) => startRun(one, claim));
  expect(outcomes.filter(({ outcome }) => outcome === 'started')).toHaveLength(1);
  expect(outcomes.filter(({ outcome }) => outcome === 'already_running')).toHaveLength(11);
  expect(await listRunningTargetIds(db)).toEqual([id]);
});

test('no run is running on a target that was deleted while it was claimed', async () => {
  const shared = await openShared();
  const [db] = shared;
  const ids = await atOnce(shared, 8, async (one, index) => {
    return (await createTarget(one, targetInput({ name: `r${index}` }), 1)).id;
  });
  const claims = atOnce(shared, 8, (one, index) =>
    startRun(one, { target_id: ids[index] ?? 0, trigger: 'manual', nowS: 10 }),
  );
  await atOnce(shared, 8, (one, index) => deleteTarget(one, ids[index] ?? 0, 10));
  await claims;
  expect(await listRunningRuns(db)).toEqual([]);
});

test('a silent run is ended once, no matter how many workers find it', async () => {
  const { shared, db, id } = await withTarget();
  const other = (await createTarget(db, targetInput({ name: 'other' }), 1)).id;
  const runs = [await startedRun(db, id, 20), await startedRun(db, other, 20)];
  const ended = await atOnce(shared, 6, (one, index) =>
    endInterruptedRuns(one, { runs: index % 2 ? runs : runs.toReversed(), nowS: 300 }),
  );
  expect(
    ended
      .flat()
      .map((run) => run.id)
      .sort(),
  ).toEqual(runs.map((run) => run.id));
});

test('no probe is lost from a model’s history that many transactions write', async () => {
  const { shared, db, id } = await withTarget();
  await atOnce(shared, 15, (one, index) => {
    const result =
      index % 3 ? probe({ timestamp: 1000 + index }) : failedProbe({ output_tokens: 12 });
    const input = { target_id: id, findings: [], remembered: null, nowS: 2000 };
    return recordModelProbe(one, { ...input, probe: result });
  });
  const [state] = await listModelStates(db);
  expect(JSON.parse(state?.history ?? '[]')).toHaveLength(16);
  expect(await readProbeUsage(db, { day: 1000 })).toMatchObject([
    { requests: 16, tokens: 16 * 12 },
  ]);
});

test('records, runs and probes of the same targets are written side by side', async () => {
  const shared = await openShared();
  const [db] = shared;
  const ids: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    ids.push((await createTarget(db, targetInput({ name }), 1)).id);
    await runOnce(db, ids.at(-1) ?? 0, 10, [probe(), probe({ model: 'm2' })]);
  }
  const [one = 0, two = 0, three = 0] = ids;
  const record = atOnce(shared, 12, (each, index) => {
    const order = index % 2 ? [one, two, three] : [three, two, one];
    const requests = order.map((target_id) =>
      proxyRequest({ request_id: `${index}/${target_id}`, target_id, timestamp: 2000 + index }),
    );
    return recordProxyRequests(each, requests);
  });
  const runs = atOnce(shared, 12, async (each, index) => {
    const started = await startRun(each, {
      target_id: ids[index % 3] ?? 0,
      trigger: 'schedule',
      nowS: 2000,
    });
    if (started.outcome !== 'started') return 0;
    await finish(each, started.run, [probe(), probe({ model: 'm2' })]);
    return 1;
  });
  const reorders = atOnce(shared, 4, (each, index) =>
    reorderTargets(each, index % 2 ? ids : ids.toReversed(), 2000),
  );
  const [, finished] = await Promise.all([record, runs, reorders]);
  const { runs: count } = await db.kysely
    .selectFrom('runs')
    .select((select) => select.fn.countAll<number>().as('runs'))
    .executeTakeFirstOrThrow();
  expect(Number(count)).toBe(3 + finished.reduce<number>((sum, each) => sum + each, 0));
  expect(await sumProxyRequests(db, { group_by: 'day' })).toMatchObject([{ requests: 36 }]);
});

test('what many gateways served adds up, and a batch that came twice counts once', async () => {
  const { shared, db, id } = await withTarget();
  const key = await createProxyKey(db, keyInput(), 1);
  const results = await atOnce(shared, 20, (one, index) => {
    const batch = Math.floor(index / 2);
    const requests = Array.from({ length: 5 }, (_, number) =>
      proxyRequest({
        request_id: `${batch}/${number}`,
        key_id: key.id,
        target_id: id,
        model: `m${number % 2}`,
        timestamp: 7200 + batch * 10 + number,
        input_tokens: 3,
      }),
    );
    return recordProxyRequests(one, index % 2 ? requests : requests.toReversed());
  });
  expect(results.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(50);
  const totals = await sumProxyRequests(db, { group_by: 'model' });
  expect(totals.map(({ requests, input_tokens }) => [requests, input_tokens])).toEqual([
    [30, 90],
    [20, 60],
  ]);
  expect((await getProxyKey(db, key.id))?.last_used_at).toBe(7200 + 94);
});

test('each of many changes at once raises the revision', async () => {
  const { shared, db, id } = await withTarget();
  const [before] = await listTargetRevisions(db);
  await atOnce(shared, 10, (one, index) => updateTarget(one, id, { max_models: index }, 5));
  expect((await listTargetRevisions(db))[0]?.revision).toBe((before?.revision ?? 0) + 10);
});

test('of two changes of one key at once, none is lost', async () => {
  const { shared, db } = await withTarget();
  const { id } = await createProxyKey(db, keyInput({ allowed_models: ['Relay/m'] }), 1);
  const patches = [{ rpm_limit: 7 }, { description: 'mine' }, { tpm_limit: 9 }, { enabled: false }];
  await Promise.all([
    atOnce(shared, 4, (one, index) => updateProxyKey(one, id, patches[index] ?? {})),
    updateTarget(db, 1, { name: 'Renamed' }, 5),
  ]);
  expect(await getProxyKey(db, id)).toMatchObject({
    ...Object.assign({}, ...patches),
    allowed_models: ['Renamed/m'],
  });
  expect((await listProxyKeyRevisions(db))[0]?.revision).toBe(6);
});

test('channels that are created at once have different names and places', async () => {
  const shared = await openShared();
  const made = await Promise.allSettled(
    Array.from({ length: 12 }, (_, index) =>
      createTarget(shared[index % 3] ?? shared[0], targetInput({ name: `r${index % 6}` }), 1),
    ),
  );
  const refused = made.filter((one) => one.status === 'rejected');
  expect(refused.map(({ reason }) => reason.code)).toEqual(Array(6).fill('conflict'));
  const targets = await listTargets(shared[0]);
  expect(targets.map(({ sort_order }) => sort_order)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('of many orders that are given at once, one is kept completely', async () => {
  const shared = await openShared();
  const [db] = shared;
  for (const name of ['a', 'b', 'c', 'd']) await createTarget(db, targetInput({ name }), 1);
  const orders = [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
    [2, 4, 1, 3],
  ];
  await atOnce(shared, 9, (one, index) => reorderTargets(one, orders[index % 3] ?? [], 5));
  const targets = await listTargets(db);
  expect(orders).toContainEqual(targets.map(({ id }) => id));
  expect(targets.map(({ sort_order }) => sort_order)).toEqual([1, 2, 3, 4]);
});

test('settings that are set together are kept together', async () => {
  const shared = await openShared();
  const keys = ['a', 'b', 'c', 'd'];
  await atOnce(shared, 12, (one, index) => {
    const inOrder = index % 2 ? keys : keys.toReversed();
    return setSettings(one, Object.fromEntries(inOrder.map((key) => [key, `${index}`])), 5);
  });
  expect(new Set((await getSettings(shared[0], keys)).values()).size).toBe(1);
});

test('of many lists of status lines that are written at once, one is kept completely', async () => {
  const shared = await openShared();
  await atOnce(shared, 6, (one, index) =>
    replaceStatusItems(one, [
      { slug: 'all', name: 'All', target_id: null, tag: null, model: null },
      { slug: `only-${index}`, name: 'One', target_id: null, tag: null, model: null },
    ]),
  );
  expect(await listStatusItems(shared[0])).toHaveLength(2);
});

test('after a target is renamed and deleted at once, no key names it', async () => {
  const { shared, db, id } = await withTarget();
  const key = await createProxyKey(db, keyInput({ allowed_models: ['Relay/m', 'x/m'] }), 1);
  await Promise.all([
    updateTarget(shared[1] ?? db, id, { name: 'Renamed' }, 5),
    deleteTarget(shared[2] ?? db, id, 5),
  ]);
  expect(await getTarget(db, id)).toBeNull();
  expect((await getProxyKey(db, key.id))?.allowed_models).toEqual(['x/m']);
});
