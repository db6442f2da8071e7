import { percentileOf } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import {
  failedProbe,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createMaintenance,
  createTarget,
  deleteTarget,
  listModelStates,
  pruneProbeTotals,
  readProbeSeries,
  readProbeUsage,
  recordModelProbe,
  setSettings,
} from '../index.ts';
import { probeTotals } from '../migrations/0006-probe-totals.ts';

const day = 86_400;
/** A day's start. */
const startS = 20_000 * day;

async function withTargets() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  await createTarget(db, targetInput({ name: 'Other' }), 1);
  return db;
}

const skipped = probe({ model: 'embed', success: false, error_kind: 'skipped' });

test('the probes of a run are summed by hour, quarter day and day, without skipped ones', async () => {
  const db = await withTargets();
  const at = startS + 7 * 3600 + 60;
  await runOnce(db, 1, at, [probe({ timestamp: at }), skipped]);
  await runOnce(db, 1, at + 60, [failedProbe({ timestamp: at + 60 })]);
  for (const [period, starts_at] of [
    ['hour', startS + 7 * 3600],
    ['quarterDay', startS + 6 * 3600],
    ['day', startS],
  ] as const) {
    const [series, ...others] = await readProbeSeries(db, { target_id: 1, period, from: at });
    expect(others).toEqual([]);
    expect(series).toMatchObject({ target_id: 1, model: 'gpt-4o', protocol: 'openai' });
    expect([...(series?.periods ?? [])]).toMatchObject([
      [starts_at, { probes: 2, successes: 1, errors: { rate_limit: 1 } }],
    ]);
  }
});

test('maintenance counts neither for nor against the availability of what it is for', async () => {
  const db = await withTargets();
  const at = startS + 7 * 3600;
  await runOnce(db, 1, at, [probe({ timestamp: at })]);
  const window = { name: 'Move', enabled: true, tags: [], is_public: true, drains: false };
  const schedule = { kind: 'once', from: at + 300, until: at + 600 } as const;
  // By a name of its group.
  await setSettings(db, { model_aliases: 'four = gpt-4o' }, 1);
  await createMaintenance(db, { ...window, schedule, target_ids: [1], models: ['fo*'] });
  await createMaintenance(db, { ...window, schedule, target_ids: [2], models: [] });
  const later = at + 900;
  const [down, other] = [failedProbe({ timestamp: later }), failedProbe({ timestamp: later })];
  await runOnce(db, 1, later, [down, { ...other, model: 'o3' }]);
  const series = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
  const watched = series.map(({ model, periods }) => {
    const { watched_s, served_s, probes } = periods.get(startS) ?? {};
    return [model, probes, watched_s, served_s];
  });
  const { interval_min } = targetInput();
  const first = interval_min * 60;
  expect(watched).toEqual([
    ['gpt-4o', 2, first + 600, first],
    ['o3', 1, first, 0],
  ]);
});

test('wrong answers are counted among the successes', async () => {
  const db = await withTargets();
  const wrong = probe({ timestamp: startS, is_wrong_answer: true });
  await runOnce(db, 1, startS, [wrong]);
  await runOnce(db, 1, startS + 60, [{ ...wrong, timestamp: startS + 60 }]);
  await runOnce(db, 1, startS + 120, [probe({ timestamp: startS + 120 })]);
  const [series] = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
  expect(series?.periods.get(startS)).toMatchObject({ successes: 3, wrong_answers: 2 });
});

test('sums of an earlier version have no wrong answers, and a state has its last one', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0015-run-notes');
  await sql`insert into targets (name, base_url, api_key)
    values ('One', 'https://one.example', 'sk-one')`.execute(earlier);
  await sql`insert into probe_totals (target_id, period_s, starts_at, model, protocol, probes,
    successes, durations, first_tokens, errors)
    values (1, ${day}, ${startS}, 'm', 'openai', 2, 2, '{}', '{}', '{}')`.execute(earlier);
  for (const [model, isWrong] of [
    ['m', 1],
    ['n', 0],
  ] as const) {
    await sql`insert into model_states (target_id, run_id, model, protocol, route, success, duration,
      "timestamp", state_since, in_last_run, history, evidence, is_wrong_answer)
      values (1, 1, ${model}, 'openai', 'chat', 1, 1, 100, 100, 1, '[]', '[]', ${isWrong})`.execute(
      earlier,
    );
  }
  await earlier.destroy();
  const db = await openIn(dataDir);
  const [series] = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
  expect(series?.periods.get(startS)).toMatchObject({ successes: 2, wrong_answers: 0 });
  const states = await listModelStates(db);
  expect(states.map(({ wrong_answers }) => wrong_answers)).toEqual([1, 0]);
});

test('percentiles are those of the successes', async () => {
  const db = await withTargets();
  const probes = [0.5, 1, 2].map((duration) =>
    probe({ duration, timestamp: startS, first_token_s: null }),
  );
  await runOnce(db, 1, startS, [...probes, failedProbe({ duration: 30, timestamp: startS })]);
  const [series] = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
  const totals = series?.periods.get(startS);
  expect(percentileOf(totals?.durations ?? {}, 0.5)).toBeCloseTo(1, 1);
  expect(percentileOf(totals?.durations ?? {}, 1)).toBeCloseTo(2, 0);
  expect(totals?.first_tokens).toEqual({});
});

test('what an interrupted run measured counts, and a recheck only costs', async () => {
  const db = await withTargets();
  await runOnce(db, 1, startS, [probe({ timestamp: startS })]);
  const single = {
    target_id: 1,
    probe: failedProbe({ timestamp: startS + 9 }),
    findings: [],
    remembered: null,
  };
  await recordModelProbe(db, { ...single, nowS: startS + 9 });
  const cut = await startedRun(db, 1, startS + 10);
  await finish(db, cut, [probe({ timestamp: startS + 11 })], { status: 'interrupted' });
  const [series] = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
  expect(series?.periods.get(startS)).toMatchObject({
    ...{ probes: 2, successes: 2, requests: 3, tokens: 24 },
  });
});

test('sums are read for a model over its channels and for a channel over its models, from a given time', async () => {
  const db = await withTargets();
  await runOnce(db, 1, startS - day, [probe({ timestamp: startS - day })]);
  for (const target_id of [1, 2]) {
    const models = ['gpt-4o', `own-${target_id}`];
    await runOnce(
      db,
      target_id,
      startS,
      models.map((model) => probe({ model, timestamp: startS })),
    );
  }
  const namesOf = async (asked: { target_id?: number; model?: string }) =>
    (await readProbeSeries(db, { ...asked, period: 'day', from: startS })).map(
      ({ target_id, model, periods }) => [target_id, model, periods.size],
    );
  expect(await namesOf({ model: 'gpt-4o' })).toEqual([
    [1, 'gpt-4o', 1],
    [2, 'gpt-4o', 1],
  ]);
  expect(await namesOf({ target_id: 2 })).toEqual([
    [2, 'gpt-4o', 1],
    [2, 'own-2', 1],
  ]);
  expect(await namesOf({ target_id: 2, model: 'own-2' })).toEqual([[2, 'own-2', 1]]);
});

test('the cost of probes is known by UTC day, channel and model, the dearest first', async () => {
  const db = await withTargets();
  const asked = { input_tokens: 20, output_tokens: 12, timestamp: startS };
  await runOnce(db, 1, startS, [
    probe({ ...asked, requests: 3, cost: 0.5 }),
    probe({ ...asked, model: 'cheap' }),
    probe({
      model: 'proven',
      proved_by: 'traffic',
      requests: 0,
      output_tokens: null,
      timestamp: startS,
    }),
  ]);
  await runOnce(db, 2, startS, [failedProbe({ timestamp: startS })]);
  await runOnce(db, 1, startS + day, [probe({ timestamp: startS + day })]);
  expect(await readProbeUsage(db, { day: startS + 100 })).toEqual([
    { target_id: 1, model: 'gpt-4o', requests: 3, tokens: 32, cost: 0.5, unpriced: 0 },
    { target_id: 1, model: 'cheap', requests: 1, tokens: 32, cost: 0, unpriced: 1 },
    { target_id: 2, model: 'gpt-4o', requests: 1, tokens: 0, cost: 0, unpriced: 0 },
  ]);
  expect(await readProbeUsage(db, { day: startS, target_id: 2 })).toHaveLength(1);
  expect(await readProbeUsage(db, { day: startS + 2 * day })).toEqual([]);
});

test('of a model that fails every other minute, only the sums of its time are kept', async () => {
  const db = await withTargets();
  const timesOf = async (checks: number, at: number) => {
    const one = (check: number) =>
      (check % 2 ? probe : failedProbe)({ timestamp: at + check * 60, model: `m${checks}` });
    await runOnce(
      db,
      1,
      at,
      Array.from({ length: checks }, (_, check) => one(check)),
    );
    const [series] = await readProbeSeries(db, {
      ...{ target_id: 1, model: `m${checks}`, period: 'day', from: startS },
    });
    return series?.periods.get(startS);
  };
  expect((await timesOf(200, startS + 3600))?.times).toHaveLength(200);
  const totals = await timesOf(202, startS + 3600);
  const watched_s = 1800 + 201 * 60;
  expect(totals).toMatchObject({ times: null, watched_s, served_s: 101 * 60 });
});

test('a long series is read in parts and is complete', async () => {
  const db = await withTargets();
  const models = Array.from({ length: 45 }, (_, index) => `m${String(index).padStart(2, '0')}`);
  for (let at = startS; at < startS + 60 * day; at += day) {
    await runOnce(
      db,
      1,
      at,
      models.map((model) => probe({ model, timestamp: at })),
    );
  }
  const series = await readProbeSeries(db, { target_id: 1, period: 'day', from: startS });
  expect(series.map(({ model, periods }) => [model, periods.size])).toEqual(
    models.map((model) => [model, 60]),
  );
});

test('sums are deleted when they are too old, and with their channel', async () => {
  const db = await withTargets();
  await runOnce(db, 1, startS, [probe({ timestamp: startS })]);
  await runOnce(db, 2, startS, [probe({ timestamp: startS })]);
  const lengths = async () =>
    (
      await db.kysely
        .selectFrom('probe_totals')
        .select('period_s')
        .where('target_id', '=', 1)
        .execute()
    ).map((row) => row.period_s);
  await pruneProbeTotals(db, { batchSize: 1, nowS: startS + 3 * day + 0.5 });
  expect([...new Set(await lengths())]).toEqual([21_600, 86_400]);
  await deleteTarget(db, 1, startS);
  expect(await lengths()).toEqual([]);
  await pruneProbeTotals(db, { batchSize: 1, nowS: startS + 401 * day + 0.5 });
  expect(await db.kysely.selectFrom('probe_totals').select('id').execute()).toEqual([]);
});

test('the migration builds the sums of an older data folder as they would have been', async () => {
  const db = await withTargets();
  const at = startS + 7200;
  await runOnce(db, 1, at, [
    probe({ timestamp: at }),
    failedProbe({ model: 'o1', timestamp: at }),
    skipped,
  ]);
  await runOnce(db, 1, at + 60, [probe({ timestamp: at + 60, duration: 4 })]);
  const all = () =>
    db.kysely
      .selectFrom('probe_totals')
      .select([
        'target_id',
        'period_s',
        'starts_at',
        'model',
        'probes',
        'successes',
        'durations',
        'errors',
      ])
      .where('probes', '>', 0)
      .orderBy('period_s')
      .orderBy('model')
      .execute();
  const written = await all();
  await db.kysely.schema.dropTable('probe_totals').execute();
  await probeTotals(at + 60).up(db.kysely);
  expect(written).toHaveLength(6);
  expect(await all()).toEqual(written);
});
