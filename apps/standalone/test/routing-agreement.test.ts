import { expect, test } from 'vitest';
import { failedProbe, startGatewayAndApi } from './gateway-and-api.ts';

type House = Awaited<ReturnType<typeof startGatewayAndApi>>;

interface Candidate {
  rank: number | null;
  target_id: number;
  target_name: string;
  refused: string | null;
  breaker: 'closed' | 'half_open' | 'open';
}

/** The candidates of `/api/routes` that may be tried, in order, and what the gateway answers if none may. */
function predicted({ candidates, chosen }: { candidates: Candidate[]; chosen: object | null }) {
  const order = candidates.flatMap(({ rank, target_name }) => (rank === null ? [] : target_name));
  const isPaused = candidates.some(({ refused }) => refused?.includes('breaker'));
  return { order, refusal: chosen ? null : isPaused ? 503 : 404 };
}

/** What the explanation says if the gateway rejects a request with this message. */
function reasonFor(message: string): string | RegExp {
  if (message.startsWith('name the model as channel/model')) return /PROXY_BARE_MODELS/;
  const isAbsent = /^no channel offers|^the channel ".*" (has no model|is disabled)/.test(message);
  return isAbsent ? message : 'every candidate is refused';
}

/**
 * Asks the api where a request would go, sends it, and compares: which providers it reached and in which
 * order, the status and reason of a rejection, and how many breakers are open. Returns the explanation and
 * the answer's status.
 */
async function compare(house: House, model = 'm', more: Parameters<House['ask']>[1] = {}) {
  const { explain, listModels, openBreakers, received, ask, apiHasHeard } = house;
  await apiHasHeard();
  const explanation = await explain(model);
  await compareWithModels(explanation, await listModels());
  const { order, refusal } = predicted(explanation);
  const before = received.length;
  const answer = await ask(model, more);
  const text = await answer.text();
  const reached = received.slice(before);
  expect(reached).toEqual(order.slice(0, reached.length));
  if (refusal === null) {
    expect(reached.length).toBeGreaterThan(0);
    expect(explanation.reason).toBeNull();
  } else {
    expect([reached, answer.status]).toEqual([[], refusal]);
    const expected = reasonFor(JSON.parse(text).error.message);
    if (typeof expected === 'string') expect(explanation.reason).toBe(expected);
    else expect(explanation.reason).toMatch(expected);
  }
  await apiHasHeard();
  const candidates: Candidate[] = (await explain('m')).candidates;
  expect(candidates.filter(({ breaker }) => breaker !== 'closed')).toHaveLength(
    await openBreakers(),
  );
  return { ...explanation, status: answer.status, reached };
}

/** `/api/models` says the same about a bare name as `/api/routes`. */
async function compareWithModels(
  {
    kind,
    chosen,
    candidates,
    model,
  }: { kind: string; chosen: { target_id: number } | null } & {
    candidates: Candidate[];
    model: string;
  },
  models: { items: { model: string; chosen_target_id: number | null; channels: Candidate[] }[] },
): Promise<void> {
  if (kind === 'pinned') return;
  const item = models.items.find((one) => one.model === model);
  expect(item?.chosen_target_id ?? null).toBe(chosen?.target_id ?? null);
  const plain = ({ rank, target_id, refused, breaker }: Candidate) => [
    rank,
    target_id,
    refused,
    breaker,
  ];
  expect((item?.channels ?? []).map(plain)).toEqual(candidates.map(plain));
}

const stateOf = async ({ explain }: House, name: string) => {
  const [candidate] = (await explain(`${name}/m`)).candidates;
  return candidate.breaker;
};

/** Two targets that offer `m`, `a` before `b`; the breaker of `a` has opened. */
async function withOpenBreaker() {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.provider('a').how = 'fail';
  for (let failures = 0; failures < 3; failures += 1) await compare(house, 'a/m');
  expect(await stateOf(house, 'a')).toBe('open');
  return house;
}

test('failures open a breaker, and a failed request goes to the next target by rank', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  expect((await compare(house)).reached).toEqual(['a']);
  house.provider('a').how = 'fail';
  for (let failures = 0; failures < 3; failures += 1) {
    expect((await compare(house)).reached).toEqual(['a', 'b']);
  }
  expect((await compare(house)).reached).toEqual(['b']);
  expect((await compare(house, 'a/m')).status).toBe(503);
  house.provider('b').how = 'fail';
  for (let failures = 0; failures < 3; failures += 1) await compare(house);
  expect((await compare(house)).status).toBe(503);
});

test('a failed trial opens the breaker again, and a successful one closes it', async () => {
  const house = await withOpenBreaker();
  house.clock.now += 14;
  expect((await compare(house, 'a/m')).status).toBe(503);
  house.clock.now += 1;
  expect(await stateOf(house, 'a')).toBe('half_open');
  expect((await compare(house)).reached).toEqual(['b']);
  expect((await compare(house, 'a/m')).status).toBe(500);
  expect(await stateOf(house, 'a')).toBe('open');
  expect((await compare(house, 'a/m')).status).toBe(503);
  house.clock.now += 15;
  house.provider('a').how = 'good';
  expect((await compare(house, 'a/m')).status).toBe(200);
  expect(await stateOf(house, 'a')).toBe('closed');
  expect((await compare(house)).reached).toEqual(['a']);
});

test('during a trial no other request goes there, until it ends or its client leaves', async () => {
  const house = await withOpenBreaker();
  house.clock.now += 15;
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

test('the pause starts again if a request fails that began before the breaker opened', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.provider('a').how = 'hold';
  const early = house.ask('a/m');
  await expect.poll(() => house.provider('a').held.length).toBe(1);
  house.provider('a').how = 'fail';
  for (let failures = 0; failures < 3; failures += 1) await compare(house, 'a/m');
  house.clock.now += 10;
  house.provider('a').failHeld();
  expect((await early).status).toBe(500);
  house.clock.now += 10;
  expect((await compare(house, 'a/m')).status).toBe(503);
  house.clock.now += 5;
  expect((await compare(house, 'a/m')).status).toBe(500);
});

test('a passed probe closes a breaker, and a failed one leaves it open', async () => {
  const house = await withOpenBreaker();
  house.clock.now += 1;
  await house.probed('a', failedProbe);
  expect((await compare(house, 'a/m')).status).toBe(404);
  expect(await stateOf(house, 'a')).toBe('open');
  house.clock.now += 1;
  house.provider('a').how = 'good';
  await house.probed('a');
  expect(await stateOf(house, 'a')).toBe('closed');
  expect((await compare(house)).reached).toEqual(['a']);
});

test('a passed probe dated in the future closes nothing before its time', async () => {
  const house = await withOpenBreaker();
  await house.probed('a', { timestamp: house.clock.now + 600 });
  expect((await compare(house, 'a/m')).status).toBe(503);
  expect(await stateOf(house, 'a')).toBe('open');
  house.clock.now += 590;
  house.provider('a').how = 'good';
  expect((await compare(house, 'a/m')).status).toBe(200);
  expect(await stateOf(house, 'a')).toBe('closed');
});

test('a target with a stale proof ranks after one with a fresh proof', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {} });
  house.clock.now += 3 * 3600;
  expect((await compare(house)).reached).toEqual(['a']);
  await house.probed('b');
  expect((await compare(house)).reached).toEqual(['b']);
});

test('both notice when a target is disabled, enabled, renamed or deleted', async () => {
  const house = await withOpenBreaker();
  await house.change('a', { enabled: false });
  expect((await compare(house, 'a/m')).status).toBe(404);
  expect((await compare(house)).reached).toEqual(['b']);
  await house.change('b', { enabled: false });
  expect((await compare(house)).status).toBe(404);
  await house.change('a', { enabled: true });
  expect((await compare(house, 'a/m')).status).toBe(503);
  await house.change('b', { enabled: true, name: 'c' });
  const [candidate] = (await house.explain('c/m')).candidates;
  expect(candidate.target_name).toBe('c');
  expect((await house.ask('c/m')).status).toBe(200);
  expect((await compare(house, 'b/m')).status).toBe(404);
  await house.remove('a');
  expect((await compare(house, 'a/m')).status).toBe(404);
  expect(await house.openBreakers()).toBe(0);
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
  const house = await startGatewayAndApi({ a: {}, b: {} }, { areBareModelsOn: false });
  expect(await compare(house)).toMatchObject({ status: 404, chosen: null });
  expect((await compare(house, 'b/m')).reached).toEqual(['b']);
});

test('a target pinned by its id is explained as one pinned by its name', async () => {
  const house = await withOpenBreaker();
  expect((await compare(house, 'a/m', { targetId: house.idOf('a') })).status).toBe(503);
  expect((await compare(house, 'b/m', { targetId: house.idOf('b') })).reached).toEqual(['b']);
  const answer = await house.ask('m', { targetId: house.idOf('b') });
  expect([answer.status, house.received.at(-1)]).toEqual([200, 'b']);
  expect((await house.ask('m', { targetId: 99 })).status).toBe(404);
});

test('by latency both rank the fastest first', async () => {
  const house = await startGatewayAndApi(
    { slow: { firstTokenS: 2 }, fast: { firstTokenS: 0.2 }, middle: { firstTokenS: 1 } },
    { policy: 'latency' },
  );
  const { candidates } = await compare(house);
  expect(candidates.map(({ target_name }: Candidate) => target_name)).toEqual([
    'fast',
    'middle',
    'slow',
  ]);
  house.provider('fast').how = 'fail';
  expect((await compare(house)).reached).toEqual(['fast', 'middle']);
});

test('round robin: each target that the api ranks gets its share, in the order of the ranks', async () => {
  const house = await startGatewayAndApi({ a: {}, b: {}, c: {} }, { policy: 'round-robin' });
  house.provider('c').how = 'fail';
  for (let failures = 0; failures < 3; failures += 1) await (await house.ask('c/m')).text();
  await house.apiHasHeard();
  const { order } = predicted(await house.explain('m'));
  expect(order).toEqual(['a', 'b']);
  house.received.length = 0;
  for (let turn = 0; turn < 4; turn += 1) await (await house.ask('m')).text();
  expect(house.received.join('')).toMatch(/^(abab|baba)$/);
});
