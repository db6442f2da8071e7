import {
  type Evidence,
  type MonitorEvent,
  noEvidence,
  type ProbeResult,
  proxyRequestSchema,
} from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { recordProxyRequests, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

async function addChannel(
  { asAdmin, db, clock }: TestApi,
  name: string,
  fields: Partial<ProbeResult> = {},
): Promise<number> {
  const { id } = (await asAdmin('POST', '/api/targets', { ...newTarget, name })).json.item;
  await recordRun(db, id, clock.now, [probe({ timestamp: clock.now, ...fields })]);
  return id;
}

/** A fast, a slow and a failing channel with the same model, proven a minute ago. */
async function withChannels(given: Parameters<typeof openTestApi>[0] = {}) {
  const api = await openTestApi(given);
  await addChannel(api, 'slow', { first_token_s: 2 });
  await addChannel(api, 'fast', { first_token_s: 0.5 });
  const failed = { success: false, error: 'HTTP 500: no', error_kind: 'upstream' } as const;
  await addChannel(api, 'dead', { ...failed, first_token_s: null });
  api.clock.now += 60;
  const explain = async (model: string, query = '') =>
    (await api.asAdmin('GET', `/api/routes?model=${encodeURIComponent(model)}${query}`)).json;
  return { ...api, explain };
}

/** A model that failed three times. */
const failing = (found_at: number): Evidence => ({
  ...noEvidence('chat', found_at),
  ...{ failures: 3, failing_since: found_at, rest_until: found_at + 4, error: 'HTTP 503' },
  state: 'proven',
});
const proven: Evidence = { ...noEvidence('chat', 0), state: 'proven', proved_by: 'traffic' };

/** What a gateway found about the model of the fast channel. */
const changed = (evidence: Evidence): MonitorEvent => ({
  type: 'evidence_changed',
  data: { target_id: 2, model: 'gpt-4o', evidence },
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
    priority: 0,
    weight: 1,
    share: 1,
    target_id: 2,
    target_name: 'fast',
    model: 'gpt-4o',
    refused: null,
    refused_code: null,
    evidence_state: 'proven',
    rest: 'none',
    retry_at: null,
    channel_busy_until: null,
    error_kind: null,
    error: null,
    is_wrong_answer: false,
    is_alive: true,
    is_fresh: true,
    proved_at: clock.now - 60,
    proof_age_s: 60,
    first_byte_s: 0.5,
    breaker: 'closed',
    live_failures: 0,
    live_error: null,
    probe_error: null,
    price: { source: 'table', multiplier: 1, input: 2.5, output: 10, cached_input: 1.25 },
    estimated_cost: 0.015,
    keys: null,
  });
  expect(answer.candidates[2]).toMatchObject({
    ...{ refused_code: 'probe_failed', evidence_state: 'failed', error_kind: 'upstream' },
    ...{ error: 'HTTP 500: no', retry_at: clock.now - 60 + 30 },
  });
  expect(answer.candidates[2].probe_error).toBe('HTTP 500: no');
});

test('the policy of the gateway decides the order', async () => {
  const { explain } = await withChannels({ givenSettings: { routing_policy: 'priority' } });
  const answer = await explain('gpt-4o');
  expect([answer.policy, answer.chosen.target_name]).toEqual(['priority', 'slow']);
});

test('priority goes before the policy, and each share is told', async () => {
  const api = await withChannels({ givenSettings: { routing_policy: 'weighted' } });
  await addChannel(api, 'backup', {});
  await updateTarget(api.db, 1, { weight: 3 }, api.clock.now);
  await updateTarget(api.db, 4, { priority: -5 }, api.clock.now);
  const answer = await api.explain('gpt-4o');
  expect(answer.policy).toBe('weighted');
  expect(
    answer.candidates.map((one: Item & { share: number; weight: number; priority: number }) => {
      return [one.target_name, one.rank, one.priority, one.weight, one.share];
    }),
  ).toEqual([
    ['slow', 1, 0, 3, 0.75],
    ['fast', 2, 0, 1, 0.25],
    ['backup', 3, -5, 1, 0],
    ['dead', null, 0, 1, 0],
  ]);
  expect(answer.shares_with).toEqual([{ target_id: 2, target_name: 'fast', model: 'gpt-4o' }]);
});

test('what an admin sets counts at once, and a key may have a policy of its own', async () => {
  const { explain, asSession, asAdmin, asVisitor } = await withChannels();
  const policyOf = async (query = '') => (await explain('gpt-4o', query)).policy;
  expect(await policyOf()).toBe('latency');
  await asSession('PATCH', '/api/admin/settings', { routing_policy: 'priority' });
  expect([await policyOf(), (await asAdmin('GET', '/api/models')).json.policy]).toEqual([
    'priority',
    'priority',
  ]);
  const key = { name: 'batch', routing_policy: 'round-robin' };
  const { item } = (await asSession('POST', '/api/proxy/keys', key)).json;
  expect(item.routing_policy).toBe('round-robin');
  expect(await policyOf(`&key=${item.id}`)).toBe('round-robin');
  await asSession('PATCH', `/api/proxy/keys/${item.id}`, { routing_policy: null });
  expect(await policyOf(`&key=${item.id}`)).toBe('priority');
  const limits = { allowed_target_ids: [1, 3], allowed_models: ['gpt-*'] };
  await asSession('PATCH', `/api/proxy/keys/${item.id}`, limits);
  const forKey = await explain('gpt-4o', `&key=${item.id}`);
  expect(forKey.chosen.target_name).toBe('slow');
  expect(ranks(forKey)).toContainEqual(['fast', null, 'the key may not use it']);
  await asSession('PATCH', `/api/proxy/keys/${item.id}`, { allowed_models: ['claude-*'] });
  expect((await explain('gpt-4o', `&key=${item.id}`)).reason_code).toBe('not_allowed');
  const path = `/api/routes?model=gpt-4o&key=${item.id}`;
  expect((await asVisitor('GET', path)).status).toBe(403);
  expect((await asAdmin('GET', '/api/routes?model=gpt-4o&key=99')).status).toBe(404);
});

test('a route that a channel is set not to serve is refused there', async () => {
  const { explain, db, clock } = await withChannels();
  await updateTarget(db, 2, { paths: ['chat = none'] }, clock.now);
  const answer = await explain('gpt-4o', '&route=chat');
  expect(answer.chosen.target_name).toBe('slow');
  expect(answer.candidates).toContainEqual(
    expect.objectContaining({ target_name: 'fast', rank: null, refused_code: 'route_off' }),
  );
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
  const { explain } = await withChannels({ givenSettings: { bare_models: false } });
  const answer = await explain('gpt-4o');
  expect(answer).toMatchObject({ chosen: null, reason: expect.stringContaining('switched off') });
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

test('a rest that a gateway reported is shown until it ends, and a trial during it', async () => {
  const { explain, bus, clock } = await withChannels();
  const first = async () => {
    const { candidates } = await explain('fast/gpt-4o');
    return [candidates[0].rest, candidates[0].breaker, candidates[0].rank];
  };
  await bus.events.publish(changed(failing(clock.now)));
  expect(await first()).toEqual(['resting', 'open', null]);
  const answer = await explain('gpt-4o');
  expect(answer.chosen.target_name).toBe('slow');
  expect(ranks(answer)).toContainEqual(['fast', null, 'it is paused after recent failures']);
  clock.now += 4;
  expect(await first()).toEqual(['half_open', 'half_open', 1]);
  await bus.events.publish(changed({ ...failing(clock.now - 4), trial_at: clock.now }));
  expect(await first()).toEqual(['resting', 'open', null]);
  await bus.events.publish(changed({ ...proven, found_at: clock.now, proved_at: clock.now }));
  expect(await first()).toEqual(['none', 'closed', 1]);
});

test('a channel at fault is refused whatever is known of its model', async () => {
  const { explain, bus, clock } = await withChannels();
  const times = { since: clock.now, found_at: clock.now, rest_until: clock.now + 30 };
  const fault = { kind: 'auth', error: 'HTTP 401: no', failures: 6, ...times } as const;
  const data = { target_id: 2, fault, at: clock.now };
  await bus.events.publish({ type: 'fault_changed', data });
  const { chosen, candidates } = await explain('gpt-4o');
  expect(chosen.target_name).toBe('slow');
  expect(candidates.find((one: Item) => one.target_name === 'fast')).toMatchObject({
    ...{ refused_code: 'channel_failed', error_kind: 'auth' },
    ...{ retry_at: clock.now + 30, error: 'HTTP 401: no' },
  });
});

test('a channel that had too many requests comes last for a moment, and is not at fault', async () => {
  const { explain, bus, clock, asAdmin } = await withChannels();
  const times = { since: clock.now, found_at: clock.now, rest_until: clock.now + 8 };
  const fault = { kind: 'rate_limit', error: 'HTTP 429', failures: 1, ...times } as const;
  const data = { target_id: 2, fault, at: clock.now };
  await bus.events.publish({ type: 'fault_changed', data });
  const { chosen, candidates } = await explain('gpt-4o');
  expect(chosen.target_name).toBe('slow');
  expect(candidates.find((one: Item) => one.target_name === 'fast')).toMatchObject({
    ...{ rank: 2, refused_code: null, evidence_state: 'proven', rest: 'none' },
    channel_busy_until: clock.now + 8,
  });
  expect((await explain('fast/gpt-4o')).chosen.target_name).toBe('fast');
  expect((await asAdmin('GET', '/api/targets/2')).json.item.fault).toBeNull();
  clock.now += 8;
  expect((await explain('gpt-4o')).chosen.target_name).toBe('fast');
});

test('those that are about as fast share the traffic', async () => {
  const api = await withChannels();
  await addChannel(api, 'rapid', { first_token_s: 0.55 });
  const { chosen, shares_with } = await api.explain('gpt-4o');
  expect([chosen.target_name, shares_with]).toEqual([
    'fast',
    [{ target_id: 4, target_name: 'rapid', model: 'gpt-4o' }],
  ]);
  expect((await api.explain('slow/gpt-4o')).shares_with).toEqual([]);
});

test('each wire format is explained, and the best one first', async () => {
  const api = await withChannels();
  await addChannel(api, 'claude-only', { protocol: 'anthropic', route: 'anthropic' });
  const { route, by_route } = await api.explain('gpt-4o');
  expect(route).toBe('chat');
  const routes = by_route.map((one: { route: string; candidates: Item[] }) => [
    one.route,
    one.candidates.find((it) => it.target_name === 'claude-only')?.rank,
    one.candidates.find((it) => it.target_name === 'fast')?.rank,
  ]);
  expect(routes).toEqual([
    ['chat', 3, 1],
    ['responses', 1, 2],
    ['anthropic', 1, 2],
    ['gemini', 1, 2],
  ]);
  const pinned = await api.explain('claude-only/gpt-4o');
  expect([pinned.route, pinned.chosen.target_name]).toEqual(['anthropic', 'claude-only']);
  const asked = await api.asAdmin('GET', '/api/routes?model=gpt-4o&route=anthropic');
  expect([asked.json.chosen.target_name, asked.json.by_route.length]).toEqual(['claude-only', 1]);
});

test('a channel that refuses a format is only refused there', async () => {
  const { explain, bus, clock } = await withChannels();
  const found = { found_at: clock.now, rest_until: clock.now + 86_400 };
  const refused = { ...noEvidence('anthropic', clock.now), state: 'refused', ...found } as const;
  await bus.events.publish(changed(refused));
  const { chosen, by_route } = await explain('fast/gpt-4o');
  expect(chosen.target_name).toBe('fast');
  expect(by_route.find((one: { route: string }) => one.route === 'anthropic')).toMatchObject({
    ...{ chosen: null, reason: 'every candidate is refused', reason_code: 'route_refused' },
    candidates: [{ refused_code: 'route_refused', is_alive: false }],
  });
});

test('a listed name that begins like a channel’s is read as listed, or else as the channel’s', async () => {
  const api = await withChannels();
  await addChannel(api, 'vendors', { model: 'fast/gpt-9' });
  expect(await api.explain('fast/gpt-9')).toMatchObject({
    ...{ kind: 'bare', chosen: { target_name: 'vendors', model: 'fast/gpt-9' } },
  });
  await addChannel(api, 'more', { model: 'fast/gpt-4o' });
  await updateTarget(api.db, 5, { enabled: false }, api.clock.now);
  expect((await api.explain('fast/gpt-4o')).chosen).toMatchObject({ target_name: 'fast' });
});

test('names are compared without Google’s prefix, and models that are gone are left out', async () => {
  const api = await withChannels();
  await addChannel(api, 'google', { model: 'models/gemini-x', route: 'gemini' });
  for (const name of ['gemini-x', 'models/gemini-x', 'google/gemini-x']) {
    expect((await api.explain(name)).chosen, name).toMatchObject({ target_name: 'google' });
  }
  const other = probe({ model: 'other', timestamp: api.clock.now });
  await recordRun(api.db, 4, api.clock.now, [other], { listed_models: ['other'] });
  expect((await api.explain('gemini-x')).reason_code).toBe('no_such_offer');
});

test('what live traffic measured is averaged with what the probe did', async () => {
  const { explain, db, clock } = await withChannels();
  const place = {
    target_id: 1,
    target_name: 'slow',
    model: 'gpt-4o',
    error: null,
    error_kind: null,
  };
  const finding = {
    ...({ outcome: 'success', kind: null, scope: 'route', first_token_s: 0.1 } as const),
    ...{ retry_after_s: null, began_at: clock.now, at: clock.now + 0.2 },
  };
  await recordProxyRequests(db, [
    {
      ...sampleOf(proxyRequestSchema),
      ...place,
      request_id: 'a',
      timestamp: clock.now,
      key_id: null,
      key_name: 'master',
      requested_model: 'gpt-4o',
      route: 'chat',
      stream: true,
      status: 200,
      attempts: [{ ...place, status: 200, duration_s: 0.2, is_live_failure: false, finding }],
      first_byte_s: 0.1,
      duration_s: 0.2,
      input_tokens: null,
      output_tokens: null,
      request_bytes: 1,
      response_bytes: 1,
    },
  ]);
  clock.now += 1;
  const [candidate] = (await explain('slow/gpt-4o')).candidates;
  expect([candidate.first_byte_s, candidate.proof_age_s]).toEqual([1.43, expect.closeTo(0.8)]);
});

test('a model must be named', async () => {
  const { asAdmin } = await openTestApi();
  const { status, json } = await asAdmin('GET', '/api/routes');
  expect([status, json.detail]).toEqual([400, 'model is required']);
});

test('by price, the figures say why the first is first, and only to admins', async () => {
  const { asAdmin, asSession, asVisitor, explain } = await withChannels({
    givenSettings: { routing_policy: 'price' },
  });
  const set = (id: number, fields: object) => asAdmin('PATCH', `/api/targets/${id}`, fields);
  await set(1, { price_multiplier: 0.5 });
  await set(2, { prices: ['gpt-* = input 2, output 4, request 0.002'], unit_cost: 0.7 });
  const answer = await explain('gpt-4o');
  expect(answer).toMatchObject({
    ...{ policy: 'price', currency: 'USD', chosen: { target_name: 'slow' } },
    estimate: { input_tokens: 4000, output_tokens: 500 },
    candidates: [
      {
        target_name: 'slow',
        price: { source: 'table', multiplier: 0.5, input: 1.25, output: 5 },
        estimated_cost: expect.closeTo(0.0075, 9),
      },
      {
        target_name: 'fast',
        price: { source: 'channel', multiplier: 0.7, input: 1.4, output: 2.8, request: 0.0014 },
        estimated_cost: expect.closeTo(0.0084, 9),
      },
      { target_name: 'dead', refused_code: 'probe_failed' },
    ],
  });
  const long = await explain('gpt-4o', '&input_tokens=1000&output_tokens=9000');
  expect(long).toMatchObject({
    estimate: { input_tokens: 1000, output_tokens: 9000 },
    chosen: { target_name: 'fast' },
  });
  const shown = (await asVisitor('GET', '/api/routes?model=gpt-4o')).json;
  expect(shown.candidates[0]).toMatchObject({
    ...{ target_name: 'slow', price: null, estimated_cost: null },
  });
  const { items } = (await asAdmin('GET', '/api/models')).json;
  expect(items[0].channels[0]).toMatchObject({ target_name: 'slow', price: { input: 1.25 } });
  const { items: forVisitors } = (await asVisitor('GET', '/api/models')).json;
  expect(forVisitors[0].channels[0].price).toBeNull();
  const chosen = async () => (await explain('gpt-4o')).chosen.target_name;
  await asSession('PATCH', '/api/admin/settings', { price_tolerance: 1.2 });
  expect(await chosen()).toBe('fast');
  await set(2, { prices: ['gpt-4o = request 1'] });
  expect(await chosen()).toBe('slow');
  await set(1, { price_multiplier: 1000 });
  expect(await chosen()).toBe('fast');
  await asSession('PATCH', '/api/admin/settings', { prices: ['gpt-4o = request 0.0001'] });
  expect(await chosen()).toBe('slow');
});
