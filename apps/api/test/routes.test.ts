import { type BreakerChanged, type ProbeResult, publishedBreaker } from '@api-monitor/core';
import { finishRun, recordProxyRequests, startRun, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe } from './record-run.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

const passed = probe({ duration: 1, first_token_s: 0.5, output_tokens: 5, output_tokens_per_s: 6 });

async function addChannel(
  { asAdmin, db, clock }: TestApi,
  name: string,
  probe: Partial<ProbeResult> = {},
): Promise<number> {
  const { id: target_id } = (await asAdmin('POST', '/api/targets', { ...newTarget, name })).json
    .item;
  const started = await startRun(db, { target_id, trigger: 'schedule', nowS: clock.now });
  if (started.outcome !== 'started') throw new Error(started.outcome);
  const result = { ...passed, timestamp: clock.now, ...probe };
  await finishRun(db, {
    run_id: started.run.id,
    target_id,
    status: 'completed',
    probes: [result],
    remembered: new Map(),
    listed_models: [result.model],
    log_file: null,
    error: null,
    nowS: clock.now,
  });
  return target_id;
}

/** A fast, a slow and a failing channel with the same model, proven a minute ago. */
async function withChannels(routing: Parameters<typeof openTestApi>[0] = {}) {
  const api = await openTestApi(routing);
  await addChannel(api, 'slow', { first_token_s: 2 });
  await addChannel(api, 'fast', { first_token_s: 0.5 });
  const failed = { success: false, error: 'HTTP 500: no', error_kind: 'upstream' } as const;
  await addChannel(api, 'dead', { ...failed, first_token_s: null });
  api.clock.now += 60;
  const explain = async (model: string) =>
    (await api.asAdmin('GET', `/api/routes?model=${encodeURIComponent(model)}`)).json;
  return { ...api, explain };
}

const opened = (target_id: number, opened_at: number): BreakerChanged => ({
  type: 'breaker_changed',
  data: {
    ...{ target_id, model: 'gpt-4o', is_open: true, consecutive_failures: 3, error: 'HTTP 503' },
    ...{ opened_at, trial_at: null },
  },
});

interface Item {
  target_name: string;
  rank: number | null;
  refused: string | null;
}
const ranks = ({ candidates }: { candidates: Item[] }) =>
  candidates.map(({ target_name, rank, refused }) => [target_name, rank, refused]);

test('a bare model goes to the fastest proven channel, and each refusal has its reason', async () => {
  const { explain, clock } = await withChannels();
  const answer = await explain('gpt-4o');
  expect(answer).toMatchObject({
    model: 'gpt-4o',
    kind: 'bare',
    policy: 'latency',
    chosen: { target_id: 2, target_name: 'fast', model: 'gpt-4o' },
    reason: null,
  });
  expect(ranks(answer)).toEqual([
    ['fast', 1, null],
    ['slow', 2, null],
    ['dead', null, 'its latest probe failed'],
  ]);
  expect(answer.candidates[0]).toEqual({
    rank: 1,
    target_id: 2,
    target_name: 'fast',
    model: 'gpt-4o',
    refused: null,
    is_alive: true,
    is_fresh: true,
    proved_at: clock.now - 60,
    proof_age_s: 60,
    first_byte_s: 0.5,
    breaker: 'closed',
    live_failures: 0,
    live_error: null,
    probe_error: null,
  });
  expect(answer.candidates[2].probe_error).toBe('HTTP 500: no');
});

test('the policy of the gateway decides the order', async () => {
  const { explain } = await withChannels({ routing: { policy: 'priority' } });
  const answer = await explain('gpt-4o');
  expect([answer.policy, answer.chosen.target_name]).toEqual(['priority', 'slow']);
});

test('a pinned name has one candidate', async () => {
  const { explain } = await withChannels();
  const answer = await explain('slow/gpt-4o');
  expect([answer.kind, ranks(answer)]).toEqual(['pinned', [['slow', 1, null]]]);
  expect(await explain('dead/gpt-4o')).toMatchObject({
    kind: 'pinned',
    chosen: null,
    reason: 'every candidate is refused',
  });
});

test('what is offered by nobody says so', async () => {
  const { explain } = await withChannels();
  expect(await explain('gpt-9')).toMatchObject({
    chosen: null,
    reason: 'no channel offers the model "gpt-9"',
    candidates: [],
  });
  expect(await explain('slow/gpt-9')).toMatchObject({
    reason: 'the channel "slow" has no model "gpt-9"',
  });
});

test('a bare name may hold a slash itself', async () => {
  const api = await withChannels();
  await addChannel(api, 'vendors', { model: 'meta/llama-4' });
  expect(await api.explain('meta/llama-4')).toMatchObject({
    kind: 'bare',
    chosen: { target_name: 'vendors', model: 'meta/llama-4' },
  });
  expect(await api.explain('vendors/meta/llama-4')).toMatchObject({ kind: 'pinned' });
});

test('bare names that are switched off are refused, pinned ones are not', async () => {
  const { explain } = await withChannels({ routing: { areBareModelsOn: false } });
  const answer = await explain('gpt-4o');
  expect(answer).toMatchObject({ chosen: null, reason: expect.stringContaining('PROXY_BARE') });
  expect(answer.candidates).toHaveLength(3);
  expect((await explain('fast/gpt-4o')).chosen).toMatchObject({ target_name: 'fast' });
});

test('a disabled channel is refused', async () => {
  const { explain, db, clock } = await withChannels();
  await updateTarget(db, 2, { enabled: false }, clock.now);
  const answer = await explain('gpt-4o');
  expect(answer.chosen.target_name).toBe('slow');
  expect(ranks(answer)).toContainEqual(['fast', null, 'the channel is disabled']);
});

test('a breaker that a gateway opened is shown until it closes, tries again, or a probe passes', async () => {
  const { explain, bus, clock } = await withChannels();
  const first = async () => {
    const { candidates } = await explain('fast/gpt-4o');
    return [candidates[0].breaker, candidates[0].rank];
  };
  await bus.events.publish(opened(2, clock.now));
  expect(await first()).toEqual(['open', null]);
  expect((await explain('gpt-4o')).chosen.target_name).toBe('slow');
  clock.now += 15;
  expect(await first()).toEqual(['half_open', 1]);
  await bus.events.publish({ type: 'breaker_changed', data: publishedBreaker(2, 'gpt-4o', null) });
  expect(await first()).toEqual(['closed', 1]);
});

test('what live traffic measured goes before what the probe did', async () => {
  const { explain, db, clock } = await withChannels();
  const place = {
    target_id: 1,
    target_name: 'slow',
    model: 'gpt-4o',
    error: null,
    error_kind: null,
  };
  await recordProxyRequests(db, [
    {
      ...place,
      request_id: 'a',
      timestamp: clock.now,
      key_id: null,
      key_name: 'master',
      requested_model: 'gpt-4o',
      route: 'chat',
      stream: true,
      status: 200,
      attempts: [{ ...place, status: 200, duration_s: 0.2, is_live_failure: false }],
      first_byte_s: 0.1,
      duration_s: 0.2,
      input_tokens: null,
      output_tokens: null,
      request_bytes: 1,
      response_bytes: 1,
    },
  ]);
  const answer = await explain('gpt-4o');
  expect([answer.chosen.target_name, answer.candidates[0].first_byte_s]).toEqual(['slow', 0.1]);
});

test('a model must be named', async () => {
  const { asAdmin } = await openTestApi();
  const { status, json } = await asAdmin('GET', '/api/routes');
  expect([status, json.detail]).toEqual([400, 'model is required']);
});
