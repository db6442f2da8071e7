import { describe, expect, test } from 'vitest';
import { type Asking, failed, type How, hows, startGatewayAndApi } from './gateway-and-api.ts';

type House = Awaited<ReturnType<typeof startGatewayAndApi>>;

interface Candidate {
  rank: number | null;
  target_id: number;
  target_name: string;
  refused_code: string | null;
  evidence_state: string;
  rest: 'none' | 'half_open' | 'resting';
  retry_at: number | null;
  error_kind: string | null;
}

interface Explanation {
  kind: string;
  route: string;
  model: string;
  chosen: { target_id: number; target_name: string } | null;
  reason: string | null;
  reason_code: string | null;
  candidates: Candidate[];
}

const dayS = 86_400;

/** The statuses that the gateway may answer with if nothing can be chosen for this reason. */
const statusesByReason: Record<string, readonly number[]> = {
  resting: [503, 429],
  channel_failed: [503, 404],
  probe_failed: [503, 404],
  not_proven: [503, 404],
  route_refused: [404],
  no_such_offer: [404],
  target_disabled: [404],
  bare_names_off: [404],
};

/** What the explanation says if the gateway rejects a request with this message. */
function reasonFor(message: string): string | RegExp {
  if (message.startsWith('name the model as channel/model')) return /switched off/;
  const isAbsent = /^no channel offers|^the channel ".*" (has no model|is disabled)/.test(message);
  return isAbsent ? message : 'every candidate is refused';
}

/** As in life, no two findings are made at the same moment. */
const momentS = 0.01;

/**
 * Asks the api where a request would go, sends it, and compares: which providers it reached and in which
 * order, the status and reason of a rejection, and how many routes rest after failures. Returns the
 * explanation and the answer's status.
 */
async function compare(house: House, model = 'm', more: Asking = {}) {
  await house.apiHasHeard();
  const compared = await compareOne(house, model, more);
  await compareRests(house);
  return compared;
}

/** Compares several targets that have nothing to do with each other. */
async function compareEach(house: House, models: readonly string[], more: Asking = {}) {
  await house.apiHasHeard();
  for (const model of models) await compareOne(house, model, more);
  await compareRests(house);
}

async function compareOne(house: House, model: string, more: Asking) {
  const { explain, received, ask, clock } = house;
  clock.now += momentS;
  const explanation: Explanation = await explain(model, more.route);
  await compareWithModels(house, explanation);
  const { candidates, chosen, reason, reason_code } = explanation;
  const order = candidates.flatMap(({ rank, target_name }) => (rank === null ? [] : target_name));
  const before = received.length;
  const answer = await ask(model, more);
  const text = await answer.text();
  const reached = received.slice(before);
  const what = `${model} ${more.route ?? 'chat'}`;
  expect(reached, what).toEqual(order.slice(0, reached.length));
  if (chosen) {
    expect(reached.length, what).toBeGreaterThan(0);
    expect([reason, reason_code]).toEqual([null, null]);
  } else {
    expect(reached, what).toEqual([]);
    expect(statusesByReason[reason_code ?? ''], what).toContain(answer.status);
    const expected = reasonFor(messageIn(text));
    if (typeof expected === 'string') expect(reason).toBe(expected);
    else expect(reason).toMatch(expected);
  }
  return { ...explanation, status: answer.status, reached };
}

/** In OpenAI's and Anthropic's dialects. */
function messageIn(text: string): string {
  return JSON.parse(text).error.message;
}

/** The gateway and the api know of the same failures. */
async function compareRests({ apiHasHeard, listTargets, restingCount }: House): Promise<void> {
  await apiHasHeard();
  interface Shown {
    latest_models: { evidence: { state: string; failures: number }[] }[];
  }
  const shown: Shown[] = await listTargets();
  const entries = shown.flatMap((one) => one.latest_models.flatMap(({ evidence }) => evidence));
  const resting = entries.filter(({ state, failures }) => state !== 'failed' && failures > 0);
  expect(resting).toHaveLength(await restingCount());
}

/** `/api/models` says the same about a bare name as `/api/routes`, on the best route. */
async function compareWithModels(house: House, { kind, model }: Explanation): Promise<void> {
  if (kind === 'pinned') return;
  const best: Explanation = await house.explainAll(model);
  const { items } = await house.listModels();
  const item = items.find((one: { model: string }) => one.model === model);
  expect(item?.chosen_target_id ?? null).toBe(best.chosen?.target_id ?? null);
  const plain = ({ rank, target_id, refused_code, rest, evidence_state }: Candidate) => ({
    ...{ rank, target_id, refused_code, rest, evidence_state },
  });
  expect((item?.channels ?? []).map(plain)).toEqual(best.candidates.map(plain));
}

const candidateOf = async ({ explain }: House, name: string, route?: string): Promise<Candidate> =>
  (await explain(`${name}/m`, route)).candidates[0];

describe('whatever is known and whatever comes, both say and do the same', () => {
  const known: Record<string, Parameters<typeof startGatewayAndApi>[0][string]> = {
    proven: {},
    'proven on another route': { findings: [{ route: 'anthropic' }] },
    'proven, with a wrong answer': { findings: [{ is_wrong_answer: true }] },
    failed: { findings: [failed] },
    'refused, and proven elsewhere': {
      findings: [
        { ...failed, outcome: 'refused', kind: 'not_found', scope: 'route' },
        { route: 'anthropic' },
      ],
    },
    gated: { findings: [{ ...failed, outcome: 'gated', kind: 'gated', scope: 'route' }] },
    'not to be probed': { findings: [], dont_probe: ['*'] },
    'never asked': { findings: [] },
    'a failing channel': {
      findings: [{}, { ...failed, kind: 'auth', scope: 'channel', message: 'HTTP 401: no' }],
    },
  };
  test.each(Object.entries(known))(
    '%s',
    async (_title, offered) => {
      const house = await startGatewayAndApi(Object.fromEntries(hows.map((how) => [how, offered])));
      const pinned = hows.map((how) => `${how}/m`);
      for (const how of hows) house.provider(how).how = how;
      for (const laterS of [0, 0, 1, 2, 30]) {
        house.clock.now += laterS;
        await compareEach(house, pinned);
        await compareEach(house, pinned, { route: 'anthropic' });
      }
      for (const how of hows) house.provider(how).how = 'good';
      for (const laterS of [0, 600, dayS]) {
        house.clock.now += laterS;
        await compareEach(house, pinned);
        await compare(house);
        await compare(house, 'm', { route: 'anthropic' });
      }
    },
    60_000,
  );
});

/** Sends requests to `a` until it may be asked by probes alone; returns how many it took. */
async function failUntilFailed(house: House): Promise<number> {
  house.provider('a').how = 'fail';
  for (let failures = 1; failures <= 10; failures += 1) {
    await compare(house, 'a/m');
    const { evidence_state, retry_at } = await candidateOf(house, 'a');
    if (evidence_state === 'failed') return failures;
    house.clock.now = retry_at ?? house.clock.now;
  }
  throw new Error('it never failed');
}

/** Two targets that offer `m`, `a` before `b`; `a` has just failed once. */
async function withRest() {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.provider('a').how = 'fail';
  await compare(house, 'a/m');
  expect((await candidateOf(house, 'a')).rest).toBe('resting');
  return house;
}

test('a failure makes a model rest for a moment, and the request goes to the next target by rank', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  expect((await compare(house)).reached).toEqual(['a']);
  house.provider('a').how = 'fail';
  expect((await compare(house)).reached).toEqual(['a', 'b']);
  expect((await compare(house)).reached).toEqual(['b']);
  expect((await compare(house, 'a/m')).status).toBe(503);
  house.provider('b').how = 'fail';
  await compare(house);
  expect((await compare(house)).status).toBe(503);
});

test('a failed trial makes the rest longer, and a successful one ends it', async () => {
  const house = await withRest();
  house.clock.now += 1;
  expect(await candidateOf(house, 'a')).toMatchObject({ rest: 'half_open', rank: 1 });
  expect((await compare(house)).reached).toEqual(['b']);
  expect((await compare(house, 'a/m')).status).toBe(500);
  house.clock.now += 1;
  expect((await compare(house, 'a/m')).status).toBe(503);
  house.clock.now += 1;
  house.provider('a').how = 'good';
  expect((await compare(house, 'a/m')).status).toBe(200);
  expect((await candidateOf(house, 'a')).rest).toBe('none');
  expect((await compare(house)).reached).toEqual(['a']);
});

test('during a trial no other request goes there, until it ends or its client leaves', async () => {
  const house = await withRest();
  house.clock.now += 1;
  house.provider('a').how = 'hold';
  const client = new AbortController();
  const trial = house.ask('a/m', { signal: client.signal }).catch(() => 'left');
  await expect.poll(() => house.provider('a').held.length).toBe(1);
  expect((await compare(house, 'a/m')).status).toBe(503);
  expect((await compare(house)).reached).toEqual(['b']);
  client.abort();
  expect(await trial).toBe('left');
  house.provider('a').how = 'good';
  expect((await compare(house, 'a/m')).status).toBe(200);
});

test('after many failures in a row only a probe may ask, and one that passes proves the model', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  expect(await failUntilFailed(house)).toBe(6);
  house.clock.now += 60;
  expect(await compare(house, 'a/m')).toMatchObject({ reason_code: 'probe_failed', status: 503 });
  house.clock.now += 3600;
  await house.probed('a', failed);
  expect(await compare(house, 'a/m')).toMatchObject({ reason_code: 'probe_failed', status: 404 });
  house.clock.now += 1;
  house.provider('a').how = 'good';
  await house.probed('a');
  expect((await compare(house)).reached).toEqual(['a']);
});

test('if no probe comes in time, a client may try a failed model', async () => {
  const house = await startGatewayAndApi({ a: {} });
  expect(await failUntilFailed(house)).toBe(6);
  house.clock.now += 600;
  house.provider('a').how = 'good';
  expect((await compare(house, 'a/m')).reached).toEqual(['a']);
});

test('a revoked key takes the whole channel out, and one real answer brings it back', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.provider('a').how = 'auth';
  expect((await compare(house)).reached).toEqual(['a', 'b']);
  expect(await compare(house, 'a/m')).toMatchObject({ reason_code: 'channel_failed', reached: [] });
  house.provider('a').how = 'good';
  house.clock.now += 60;
  await house.probed('a');
  expect((await compare(house)).reached).toEqual(['a']);
});

test('another key ends what was found with the old one', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.provider('a').how = 'auth';
  await compare(house, 'a/m');
  await house.hasSettled(1);
  house.clock.now += 1;
  house.provider('a').how = 'good';
  await house.change('a', { api_key: 'sk-another-0123456789abcdef' });
  expect((await compare(house)).reached).toEqual(['a']);
});

test('a route that a channel refuses is not asked there again, and others are', async () => {
  const house = await startGatewayAndApi({ a: {}, b: { findings: [{ route: 'anthropic' }] } });
  house.provider('a').how = 'refuse';
  expect((await compare(house, 'a/m', { route: 'anthropic' })).reached).toEqual(['a']);
  expect(await compare(house, 'a/m', { route: 'anthropic' })).toMatchObject({
    ...{ reason_code: 'route_refused', status: 404 },
  });
  house.provider('a').how = 'good';
  expect((await compare(house, 'm', { route: 'anthropic' })).reached).toEqual(['b']);
  expect((await compare(house)).reached).toEqual(['a']);
  house.clock.now += dayS;
  expect((await compare(house, 'a/m', { route: 'anthropic' })).reached).toEqual(['a']);
});

test('a target with a stale proof ranks after one with a fresh proof', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.clock.now += 3 * 3600;
  expect((await compare(house, 'b/m')).reached).toEqual(['b']);
  expect((await compare(house)).reached).toEqual(['b']);
});

test('by price both choose the cheapest, and what has no price comes last', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {}, c: {} }, { routing_policy: 'price' });
  await house.change('b', { prices: ['m = input 3, output 9'] });
  await house.change('c', { prices: ['m = input 2, output 6'] });
  expect((await compare(house)).reached).toEqual(['c']);
  await house.change('b', { price_multiplier: 0.5 });
  house.provider('b').how = 'fail';
  expect((await compare(house)).reached).toEqual(['b', 'c']);
  house.provider('c').how = 'fail';
  expect((await compare(house)).reached).toEqual(['c', 'a']);
});

test('both notice when a target is disabled, enabled, renamed or deleted', async () => {
  const house = await withRest();
  await house.change('a', { enabled: false });
  expect((await compare(house, 'a/m')).status).toBe(404);
  expect((await compare(house)).reached).toEqual(['b']);
  await house.change('b', { enabled: false });
  expect((await compare(house)).status).toBe(404);
  await house.change('a', { enabled: true });
  expect((await compare(house, 'a/m')).status).toBe(503);
  await house.change('b', { enabled: true, name: 'c' });
  expect((await candidateOf(house, 'c')).target_name).toBe('c');
  expect((await house.ask('c/m')).status).toBe(200);
  expect((await compare(house, 'b/m')).status).toBe(404);
  await house.remove('a');
  expect((await compare(house, 'a/m')).status).toBe(404);
  expect(await house.restingCount()).toBe(0);
});

test('both reject a model that no target offers', async () => {
  const house = await startGatewayAndApi({ a: {} });
  for (const model of ['other', 'a/other', 'nobody/m']) {
    expect((await compare(house, model)).status, model).toBe(404);
  }
});

test('both say of a disabled target that it is disabled, even if it has no such model', async () => {
  const house = await startGatewayAndApi({ a: {} });
  await house.change('a', { enabled: false });
  for (const model of ['a/m', 'a/other']) {
    expect(await compare(house, model)).toMatchObject({
      status: 404,
      reason: 'the channel "a" is disabled',
    });
  }
});

test('a key goes to the best ranked of the targets that it may use', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {}, c: {} });
  await house.addKey('sk-proxy-limited-0123456789', ['b', 'c']);
  const key = 'sk-proxy-limited-0123456789';
  expect((await house.explain('m')).chosen.target_name).toBe('a');
  await (await house.ask('m', { key })).text();
  expect(house.received).toEqual(['b']);
  const answer = await house.ask('a/m', { key });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ error: { code: 'model_not_allowed' } });
});

test('with bare names off both reject a bare name, but not a pinned one', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} }, { bare_models: false });
  expect(await compare(house)).toMatchObject({ status: 404, chosen: null });
  expect((await compare(house, 'b/m')).reached).toEqual(['b']);
});

test('a target pinned by its id is explained as one pinned by its name', async () => {
  const house = await withRest();
  expect((await compare(house, 'a/m', { targetId: house.idOf('a') })).status).toBe(503);
  expect((await compare(house, 'b/m', { targetId: house.idOf('b') })).reached).toEqual(['b']);
  const answer = await house.ask('m', { targetId: house.idOf('b') });
  expect([answer.status, house.received.at(-1)]).toEqual([200, 'b']);
  expect((await house.ask('m', { targetId: 99 })).status).toBe(404);
});

test('by latency both rank the fastest first', async () => {
  const house = await startGatewayAndApi(
    { slow: { firstTokenS: 2 }, fast: { firstTokenS: 0.2 }, middle: { firstTokenS: 1 } },
    { routing_policy: 'latency' },
  );
  const { candidates } = await compare(house);
  expect(candidates.map(({ target_name }) => target_name)).toEqual(['fast', 'middle', 'slow']);
  house.provider('fast').how = 'fail';
  expect((await compare(house)).reached).toEqual(['fast', 'middle']);
});

test('round robin: each target that shares the traffic gets its part, in the order of the ranks', async () => {
  const house = await startGatewayAndApi(
    { a: {}, b: {}, c: {} },
    { routing_policy: 'round-robin' },
  );
  house.provider('c').how = 'fail' satisfies How;
  await (await house.ask('c/m')).text();
  await house.apiHasHeard();
  const { chosen, shares_with } = await house.explain('m');
  expect([chosen, ...shares_with].map(({ target_name }) => target_name)).toEqual(['a', 'b']);
  house.received.length = 0;
  for (let turn = 0; turn < 4; turn += 1) await (await house.ask('m')).text();
  expect(house.received.join('')).toMatch(/^(abab|baba)$/);
});
