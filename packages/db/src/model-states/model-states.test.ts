import { expect, test } from 'vitest';
import { failedProbe, probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  finishRun,
  getKnownModel,
  listAvailableModels,
  listKnownModels,
  listModelStates,
  startRun,
  updateTarget,
} from '../index.ts';

async function withRuns() {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ name: 'a' }), 1);
  await createTarget(db, targetInput({ name: 'b' }), 1);
  await runOnce(db, 1, 100, [probe({ model: 'z', timestamp: 101 }), probe({ timestamp: 102 })]);
  await runOnce(db, 1, 200, [
    probe({ model: 'z', timestamp: 201 }),
    failedProbe({ timestamp: 202 }),
  ]);
  await runOnce(db, 2, 300, [probe({ protocol: 'gemini', route: 'gemini', model: 'gemini-2' })]);
  return db;
}

test('states are ordered by target and model, with everything that the dashboard shows', async () => {
  const db = await withRuns();
  const states = await listModelStates(db);
  expect(states.map((state) => [state.target_id, state.model])).toEqual([
    [1, 'gpt-4o'],
    [1, 'z'],
    [2, 'gemini-2'],
  ]);
  const { history, ...state } = states[0] ?? { history: '' };
  expect(state).toEqual({
    target_id: 1,
    model: 'gpt-4o',
    protocol: 'openai',
    route: 'chat',
    success: false,
    duration: 0.75,
    error: 'HTTP 429: slow down',
    error_kind: 'rate_limit',
    status_code: 429,
    timestamp: 202,
    first_token_s: null,
    output_tokens_per_s: null,
    last_success_at: 102,
    state_since: 202,
    wrong_answers: 0,
    run_id: 2,
    proved_by: 'probe',
    is_wrong_answer: false,
    evidence: [],
    recheck_at: null,
    gone_at: null,
  });
  expect(JSON.parse(history)).toMatchObject([
    { success: true, timestamp: 102 },
    { success: false, timestamp: 202 },
  ]);
});

test('states can be read of one target only, and without their history', async () => {
  const db = await withRuns();
  const [state, ...others] = await listModelStates(db, { target_ids: [2], with_history: false });
  expect(state).toMatchObject({ model: 'gemini-2', protocol: 'gemini', history: '[]' });
  expect(others).toEqual([]);
  const named = await listModelStates(db, { models: ['z'], with_history: false });
  expect(named.map((one) => [one.target_id, one.model])).toEqual([[1, 'z']]);
});

test('models that were probed can be chosen, and a worker knows them', async () => {
  const db = await withRuns();
  expect(await listAvailableModels(db, 1)).toEqual([
    { model: 'gpt-4o', protocol: 'openai', success: false },
    { model: 'z', protocol: 'openai', success: true },
  ]);
  const [known, ...others] = await listKnownModels(db, 2);
  expect(known).toEqual({
    ...{ model: 'gemini-2', protocol: 'gemini', route: 'gemini', success: true },
    ...{ timestamp: 1000, state_since: 1000, last_success_at: 1000 },
    ...{ evidence: [], gone_at: null, remembered: null },
  });
  expect(others).toEqual([]);
  expect(await getKnownModel(db, 2, 'gemini-2')).toEqual(known);
  expect(await getKnownModel(db, 2, 'unknown')).toBeNull();
});

test('a model that was listed but never probed can be chosen too', async () => {
  const db = await tempDatabase();
  const { id: target_id } = await createTarget(db, targetInput({ max_models: 1 }), 1);
  const started = await startRun(db, { target_id, trigger: 'manual', nowS: 100 });
  if (started.outcome !== 'started') throw new Error(started.outcome);
  await finishRun(db, {
    run_id: started.run.id,
    target_id,
    status: 'completed',
    probes: [probe({ timestamp: 101 })],
    findings: [],
    remembered: new Map(),
    error_kind: null,
    list_way: null,
    probe_concurrency: null,
    listed_models: ['gpt-4o', 'claude-x', 'whisper-1'],
    log_file: null,
    error: null,
    nowS: 102,
  });
  expect(await listAvailableModels(db, target_id)).toEqual([
    { model: 'claude-x', protocol: 'anthropic', success: false },
    { model: 'gpt-4o', protocol: 'openai', success: true },
    { model: 'whisper-1', protocol: 'openai', success: false },
  ]);
});

test('another address forgets what was learnt at the former one, and the history stays', async () => {
  const db = await withRuns();
  const evidence = async () =>
    (await listModelStates(db, { target_ids: [1] })).map((it) => it.evidence);
  const before = await listModelStates(db, { target_ids: [1] });
  await updateTarget(db, 1, { base_url: 'https://moved.example' }, 900);
  expect(await evidence()).toEqual([[], []]);
  const after = await listModelStates(db, { target_ids: [1] });
  expect(after.map(({ history }) => history)).toEqual(before.map(({ history }) => history));
});
