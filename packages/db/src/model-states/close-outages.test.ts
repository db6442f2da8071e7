import { addChecks, emptyHistory, incidentsOf, outageOf } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { failedAttempt, proxyRequest } from '../../test/proxy-samples.ts';
import { failure, finding, finish, probe, startedRun, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  getTarget,
  listChannelChecks,
  listFailureKinds,
  listModelChecks,
  listStatusDays,
  readProbeSeries,
  recordModelProbe,
  recordProxyRequests,
} from '../index.ts';

const startS = 20_000 * 86_400;
const minute = 60;

/** A channel whose models pass a run at the start of the day, and again after half an hour. */
async function withChannel() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  const models = ['gpt-4o', 'o1'];
  const run = async (at: number) => {
    const probes = models.map((model) => probe({ model, timestamp: at }));
    const findings = models.map((model) => ({ model, finding: finding({ at }) }));
    await finish(db, await startedRun(db, 1, at), probes, { findings, nowS: at });
  };
  const clients = async (at: number, scope: 'model' | 'channel' | null) => {
    const shown = scope
      ? ({ outcome: 'failure', kind: 'quota', scope } as const)
      : ({ outcome: 'success', kind: null, scope: 'route' } as const);
    const measured = { first_token_s: null, retry_after_s: null, began_at: at, at };
    const attempts = [failedAttempt({ finding: { ...shown, ...measured } })];
    const request = proxyRequest({ request_id: `at ${at}`, timestamp: at, attempts });
    await recordProxyRequests(db, [request]);
  };
  /** Seconds of the day in which each model was watched, and could serve. */
  const watched = async () => {
    const series = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
    return series.map(({ model, periods }) => {
      const { watched_s = 0, served_s = 0 } = periods.get(startS) ?? {};
      return [model, watched_s, served_s];
    });
  };
  await run(startS);
  return { db, run, clients, watched };
}

test('an outage between two runs that only clients met counts, to the second', async () => {
  const { run, clients, watched } = await withChannel();
  await clients(startS + 5 * minute, 'model');
  await clients(startS + 9 * minute, null);
  expect(await watched()).toContainEqual(['gpt-4o', 9 * minute, 5 * minute]);
  await run(startS + 30 * minute);
  expect(await watched()).toEqual([
    ['gpt-4o', 30 * minute, 26 * minute],
    ['o1', 30 * minute, 30 * minute],
  ]);
});

test('one of minutes is an incident, and a shorter one is not', async () => {
  const { db, run, clients } = await withChannel();
  const incidents = async () => {
    const of = { targetIds: [1], model: 'gpt-4o' };
    const checks = await listModelChecks(db, of, { after: 0, until: startS + 86_400 });
    return incidentsOf(addChecks(emptyHistory(), checks));
  };
  await clients(startS + 5 * minute, 'model');
  await clients(startS + 6 * minute + 30, null);
  expect(await incidents()).toEqual([]);
  await clients(startS + 10 * minute, 'model');
  await clients(startS + 14 * minute, null);
  await run(startS + 30 * minute);
  expect(await incidents()).toMatchObject([
    {
      ...{ started_at: startS + 10 * minute, ended_at: startS + 14 * minute },
      ...{ state: 'outage', kinds: { quota: 1 } },
    },
  ]);
});

test('one of minutes is an incident of its channel, too: of all its models, or of some', async () => {
  const { db, run, clients } = await withChannel();
  const incidents = async () => {
    const checks = await listChannelChecks(db, 1, { after: 0, until: startS + 86_400 });
    return incidentsOf(addChecks(emptyHistory(), checks));
  };
  await clients(startS + 5 * minute, 'channel');
  await clients(startS + 6 * minute + 30, null);
  expect(await incidents()).toEqual([]);
  await clients(startS + 10 * minute, 'channel');
  await clients(startS + 14 * minute, null);
  await clients(startS + 20 * minute, 'model');
  await clients(startS + 24 * minute, null);
  await run(startS + 30 * minute);
  const found = await incidents();
  expect(found).toMatchObject([
    { started_at: startS + 10 * minute, ended_at: startS + 14 * minute, state: 'outage' },
    { started_at: startS + 20 * minute, ended_at: startS + 24 * minute, state: 'degraded' },
  ]);
  for (const { run_id } of found) expect(await listFailureKinds(db, run_id)).toEqual(['quota']);
  const day = { after: startS - 1, until: startS + 86_400 };
  const [{ watched_s = 0, served_s = 0 } = {}] = await listStatusDays(db, { targetId: 1 }, day);
  expect([watched_s, served_s]).toEqual([60 * minute, (60 - 2 * 1.5 - 2 * 4 - 4) * minute]);
});

test('an outage that lies across the edge of what is read begins before it and ends in it', async () => {
  const { db, clients } = await withChannel();
  await clients(startS + 10 * minute, 'model');
  await clients(startS + 14 * minute, null);
  const edge = startS + 12 * minute;
  const read = async (after: number, until: number) =>
    (await listChannelChecks(db, 1, { after, until })).map(({ at, share }) => [at - startS, share]);
  expect(await read(0, edge)).toEqual([
    [0, 1],
    [10 * minute, 0.5],
  ]);
  expect(await read(edge, startS + 60 * minute)).toEqual([[14 * minute, 1]]);
});

test('a blip does not', async () => {
  const { run, clients, watched } = await withChannel();
  await clients(startS + 5 * minute, 'model');
  await clients(startS + 5 * minute + 30, null);
  await run(startS + 30 * minute);
  expect(await watched()).toContainEqual(['gpt-4o', 30 * minute, 30 * minute]);
});

test('a channel that is back ends the outage of all its models', async () => {
  const { run, clients, watched } = await withChannel();
  await clients(startS + 5 * minute, 'channel');
  await clients(startS + 9 * minute, null);
  await run(startS + 30 * minute);
  expect(await watched()).toEqual([
    ['gpt-4o', 30 * minute, 26 * minute],
    ['o1', 30 * minute, 26 * minute],
  ]);
});

test('a channel that was unreachable is back with any answer', async () => {
  const { db, run, watched } = await withChannel();
  const refused = { outcome: 'failure', kind: 'network', scope: 'model' } as const;
  const overloaded = { ...refused, kind: 'upstream' } as const;
  const met = async (model: string, at: number, status: number | null) => {
    const shown = status === null ? { ...refused, is_unreached: true } : overloaded;
    const measured = { first_token_s: null, retry_after_s: null, began_at: at, at };
    const attempts = [failedAttempt({ model, status, finding: { ...shown, ...measured } })];
    const request = proxyRequest({ request_id: `${model} at ${at}`, timestamp: at, attempts });
    await recordProxyRequests(db, [request]);
    return (await getTarget(db, 1))?.fault ?? null;
  };
  const at = startS + 5 * minute;
  expect(outageOf(await met('gpt-4o', at, null))).toBeNull();
  expect(outageOf(await met('o1', at + 1, null))).toMatchObject({ since: at, failures: 1 });
  expect(await met('gpt-4o', at + 4 * minute, 503)).toBeNull();
  await run(startS + 30 * minute);
  expect(await watched()).toContainEqual(['o1', 30 * minute, 26 * minute]);
  const checks = await listChannelChecks(db, 1, { after: 0, until: startS + 86_400 });
  expect(incidentsOf(addChecks(emptyHistory(), checks))).toMatchObject([{ started_at: at }]);
});

test('a run or a single probe may be what ends it', async () => {
  const one = await withChannel();
  await one.clients(startS + 20 * minute, 'model');
  await one.run(startS + 30 * minute);
  expect(await one.watched()).toContainEqual(['gpt-4o', 30 * minute, 20 * minute]);
  const other = await withChannel();
  await other.clients(startS + 20 * minute, 'model');
  const at = startS + 22 * minute;
  const answer = finding({ at, by: 'recheck' });
  const asked = { probe: probe({ timestamp: at }), findings: [answer], remembered: null };
  await recordModelProbe(other.db, { target_id: 1, ...asked, nowS: at });
  await other.run(startS + 30 * minute);
  expect(await other.watched()).toContainEqual(['gpt-4o', 30 * minute, 28 * minute]);
});

test('a model that has been dead for a day is watched all the same, though every sixth run asks it', async () => {
  const { db, watched } = await withChannel();
  const day = 86_400;
  const fail = async (at: number) => {
    const failed = probe({ success: false, error_kind: 'upstream', timestamp: at });
    const findings = [{ model: 'gpt-4o', finding: failure({ at }) }];
    await finish(db, await startedRun(db, 1, at), [failed], { findings, nowS: at });
  };
  await fail(startS + 30 * minute);
  for (let at = startS + day + 60 * minute; at < startS + day + 8 * 3600; at += 3 * 3600) {
    await fail(at);
  }
  const series = await readProbeSeries(db, {
    ...{ target_id: 1, model: 'gpt-4o', period: 'day', from: startS + day },
  });
  const { watched_s, served_s } = series[0]?.periods.get(startS + day) ?? {};
  expect([watched_s, served_s]).toEqual([7 * 3600, 0]);
  expect(await watched()).toContainEqual(['o1', 0, 0]);
});

test('what a run found before is not counted again', async () => {
  const { db, run, watched } = await withChannel();
  const at = startS + 30 * minute;
  const failed = probe({ success: false, error_kind: 'upstream', timestamp: at });
  await finish(db, await startedRun(db, 1, at), [failed], {
    findings: [{ model: 'gpt-4o', finding: failure({ at: at - 0.001 }) }],
    nowS: at,
  });
  await run(startS + 60 * minute);
  expect(await watched()).toContainEqual(['gpt-4o', 60 * minute, 30 * minute]);
});
