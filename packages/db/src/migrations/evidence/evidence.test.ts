import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { finding, finish, probe, startedRun } from '../../../test/samples.ts';
import { openIn, openUnmigrated, tempFolder } from '../../../test/temp-database.ts';
import { createMigrator } from '../../engine/migrate.ts';
import {
  getTarget,
  listKnownModels,
  listModelStates,
  listRechecks,
  listRunModels,
  listRuns,
  listStatusDays,
  listTargets,
  readAvailability,
  readProbeSeries,
} from '../../index.ts';
import type { Schema } from '../../schema.ts';

type Row = Record<string, string | number | null>;

const day = 86_400;
const hour = 3600;
/** The start of the last day before the upgrade. */
const startS = 20_000 * day;
const nowS = startS + 12 * hour;

async function insert(db: Kysely<Schema>, table: string, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const names = sql.join(Object.keys(row).map((name) => sql.ref(name)));
    const values = sql.join(Object.values(row));
    await sql`insert into ${sql.table(table)} (${names}) values (${values})`.execute(db);
  }
}

const target = (id: number, fields: Row = {}): Row => ({
  ...{ id, name: `relay ${id}`, base_url: 'https://relay.example', api_key: '', interval_min: 30 },
  ...{ last_status: 'healthy', last_run_at: nowS },
  ...fields,
});

const state = (target_id: number, model: string, fields: Row = {}): Row => ({
  ...{ target_id, model, protocol: 'openai', route: 'chat', success: 1, duration: 0.5 },
  ...{ timestamp: nowS, first_token_s: 0.25, status_code: 200, run_id: 1, in_last_run: 1 },
  ...{ last_success_at: nowS, state_since: startS, history: '[]', remembered: '{"form":1}' },
  ...{ live_failures: 2, live_failed_at: nowS, live_error: 'HTTP 503', live_first_byte_s: 9 },
  ...fields,
});

const failed = (since: number, fields: Row = {}): Row => ({
  ...{ success: 0, error: 'HTTP 500: no', error_kind: 'upstream', status_code: 500 },
  ...{ first_token_s: null, last_success_at: startS - 60, state_since: since },
  ...fields,
});

const run = (id: number, started_at: number, fields: Row = {}): Row => ({
  ...{ id, target_id: 1, started_at, finished_at: started_at + 5, status: 'completed' },
  ...{ total: 2, success: 2, fail: 0, trigger: 'schedule', error: null },
  ...fields,
});

const failedRun = (id: number, started_at: number, fields: Row = {}) =>
  run(id, started_at, { status: 'error', error: 'HTTP 502', total: 0, success: 0, ...fields });

const sums = (model: string, starts_at: number, fields: Row = {}): Row => ({
  ...{ target_id: 1, period_s: day, starts_at, model, protocol: 'openai', probes: 10 },
  ...{ successes: 10, durations: '{}', first_tokens: '{}', errors: '{}' },
  ...fields,
});

/** A data folder as the version before wrote it. */
async function folderWith(rows: Record<string, readonly Row[]>) {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, nowS)).migrateTo('0009-failed-runs');
  for (const [table, ofTable] of Object.entries(rows)) await insert(earlier, table, ofTable);
  await earlier.destroy();
  return openIn(dataDir);
}

test('each model has one entry of evidence from its latest probe, and a skipped one has none', async () => {
  const db = await folderWith({
    targets: [target(1)],
    model_states: [
      state(1, 'alive', { route: 'anthropic' }),
      state(1, 'down', failed(nowS)),
      state(1, 'down for hours', failed(startS)),
      state(1, 'image', { success: 0, error_kind: 'skipped' }),
      state(1, 'never alive', failed(startS, { last_success_at: null, error_kind: null })),
    ],
  });
  const known = await listKnownModels(db, 1);
  const evidence = Object.fromEntries(known.map((one) => [one.model, one.evidence]));
  const calm = {
    failures: 0,
    failing_since: null,
    rest_until: null,
    error_kind: null,
    error: null,
  };
  const rest = { trial_at: null, is_wrong_answer: false };
  expect(evidence).toEqual({
    alive: [
      {
        ...{ route: 'anthropic', state: 'proven', since: startS, found_at: nowS },
        ...{ proved_at: nowS, proved_by: 'probe', first_token_s: 0.25, ...rest, ...calm },
      },
    ],
    down: [
      {
        ...{ route: 'chat', state: 'failed', since: nowS, found_at: nowS, ...rest },
        ...{ proved_at: startS - 60, proved_by: 'probe', first_token_s: null, failures: 6 },
        ...{ failing_since: nowS, rest_until: nowS + 30 },
        ...{ error_kind: 'upstream', error: 'HTTP 500: no' },
      },
    ],
    // It rests for an interval, so that an upgrade doesn't ask all dead models at once.
    'down for hours': [expect.objectContaining({ failures: 12, rest_until: nowS + 1800 })],
    image: [],
    'never alive': [
      expect.objectContaining({ proved_at: null, proved_by: null, error_kind: null }),
    ],
  });
  expect(known.map(({ remembered }) => remembered)).toEqual(Array(5).fill({ form: 1 }));
  expect(await listModelStates(db)).toMatchObject([
    { model: 'alive', recheck_at: null, gone_at: null, proved_by: 'probe', is_wrong_answer: false },
    { model: 'down', recheck_at: nowS + 30 },
    { model: 'down for hours', recheck_at: nowS + 1800 },
    { model: 'image', recheck_at: null },
    { model: 'never alive' },
  ]);
  expect(await listRechecks(db, nowS + 60)).toMatchObject([{ model: 'down' }]);
});

test.each([
  ['HTTP 401: no such key', 'auth'],
  ['HTTP 402', 'quota'],
  ['HTTP 502: Bad gateway', 'upstream'],
  ['HTTP 403: no', null],
  ['HTTP 4010', null],
  ['the answer is not JSON', null],
])('a list that failed with "%s" is of the kind %j', async (last_error, last_error_kind) => {
  const db = await folderWith({ targets: [target(1, { last_status: 'error', last_error })] });
  expect(await getTarget(db, 1)).toMatchObject({ last_error, last_error_kind, fault: null });
});

test('a channel that ran well has no kind of error, and the defaults of the new fields', async () => {
  const db = await folderWith({ targets: [target(1, { last_error: 'HTTP 401: an old one' })] });
  expect(await getTarget(db, 1)).toMatchObject({
    ...{ last_error_kind: null, models: [], models_mode: 'both', dont_probe: [] },
    ...{ traffic_proves: true, probe_requests_per_day: 0, probe_tokens_per_day: 0 },
  });
});

test('stored probes were sent once each, except skipped ones', async () => {
  const row = { run_id: 1, target_id: 1, protocol: 'openai', timestamp: nowS };
  const db = await folderWith({
    targets: [target(1)],
    runs: [run(1, nowS)],
    run_models: [
      { ...row, model: 'a', success: 1 },
      { ...row, model: 'image', error_kind: 'skipped' },
    ],
  });
  expect(await listRunModels(db, { target_id: 1, limit: 10 })).toMatchObject([
    { model: 'image', requests: 0 },
    { model: 'a', requests: 1, proved_by: 'probe', is_wrong_answer: false, input_tokens: null },
  ]);
  expect(await listRuns(db, 1, 10)).toMatchObject([{ error_kind: null }]);
});

const always = { after: 0, until: nowS };

test('old days keep their shares: each probe counts as one interval', async () => {
  const db = await folderWith({
    targets: [target(1, { interval_min: 60 })],
    model_states: [state(1, 'a'), state(1, 'b')],
    probe_totals: [
      sums('a', startS - day),
      sums('b', startS - day, { successes: 7 }),
      // The channel was probed more often then.
      sums('a', startS, { probes: 200, successes: 50 }),
    ],
  });
  expect(await listStatusDays(db, { targetId: 1 }, always)).toMatchObject([
    { watched_s: 20 * hour, served_s: 17 * hour, isFlawless: false },
    { watched_s: day, served_s: day / 4 },
  ]);
  expect(await listStatusDays(db, { model: 'a', targetIds: [1] }, always)).toMatchObject([
    { watched_s: 10 * hour, served_s: 10 * hour, isFlawless: true },
    { watched_s: day, served_s: day / 4 },
  ]);
});

test('a run whose list failed was an outage of each model that the channel had', async () => {
  const cut = ['interrupted', 'deleted', 'stopped: the channel was disabled'];
  const db = await folderWith({
    targets: [target(1, { interval_min: 60 })],
    model_states: [state(1, 'a'), state(1, 'b'), state(1, 'unchosen', { in_last_run: 0 })],
    probe_totals: [
      sums('a', startS - 3 * day),
      sums('b', startS - day),
      sums('a', startS - day, { successes: 8 }),
      sums('unchosen', startS - 3 * day),
    ],
    runs: [
      failedRun(1, startS - 2 * day + hour),
      failedRun(2, startS - day + hour),
      failedRun(3, startS - day + 2 * hour),
      ...cut.map((error, index) => failedRun(4 + index, startS - day + 3 * hour, { error })),
      failedRun(9, startS - day + 3 * hour, { success: 2, error: 'unexpected error' }),
    ],
  });
  expect(await listStatusDays(db, { model: 'a', targetIds: [1] }, always)).toMatchObject([
    { watched_s: 10 * hour, served_s: 10 * hour },
    { watched_s: hour, served_s: 0, isFlawless: false },
    { watched_s: 12 * hour, served_s: 8 * hour },
  ]);
  expect(await listStatusDays(db, { model: 'b', targetIds: [1] }, always)).toMatchObject([
    { watched_s: 12 * hour, served_s: 10 * hour },
  ]);
  expect(await listStatusDays(db, { model: 'unchosen', targetIds: [1] }, always)).toHaveLength(1);
  const hours = await readAvailability(db, { period: 'day', from: startS - day });
  expect(hours.get(1)).toEqual({ watched_s: 24 * hour, served_s: 18 * hour });
});

test('new checks go on from the old ones', async () => {
  const db = await folderWith({
    targets: [target(1)],
    model_states: [state(1, 'gpt-4o', { timestamp: nowS - 60 })],
    probe_totals: [sums('gpt-4o', startS, { period_s: day })],
  });
  const findings = [{ model: 'gpt-4o', finding: finding({ at: nowS }) }];
  const next = await startedRun(db, 1, nowS);
  await finish(db, next, [probe({ timestamp: nowS })], { findings });
  const [series] = await readProbeSeries(db, { target_id: 1, period: 'day', from: nowS });
  const watched_s = 10 * 1800 + 60;
  expect(series?.periods.get(startS)).toMatchObject({ probes: 11, watched_s, times: null });
  expect(await listKnownModels(db, 1)).toMatchObject([
    { evidence: [{ state: 'proven', proved_at: nowS, first_token_s: 0.25 }] },
  ]);
  expect(await listTargets(db)).toHaveLength(1);
});
