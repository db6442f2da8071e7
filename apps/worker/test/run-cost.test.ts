import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannelSlots } from '@api-monitor/bus';
import {
  getProbeMemory,
  getTarget,
  listKnownModels,
  listModelStates,
  listRunModels,
  listRuns,
  readProbeUsage,
  recordProxyRequests,
  setSettings,
  updateTarget,
} from '@api-monitor/db';
import { behaviours } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { runIfDue } from '../src/scan.ts';
import { requestOf } from './live-request.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

async function withChannel(
  models: Parameters<typeof startProvider>[0],
  fields: Parameters<typeof addTarget>[2] = {},
) {
  const worker = await openTestWorker();
  const provider = await startProvider(models);
  const target = await addTarget(worker, provider, fields);
  const deps = worker.makeDeps();
  const run = async (trigger: 'schedule' | 'manual' = 'schedule') => {
    provider.requests.length = 0;
    await runTarget(deps, { targetId: target.id, trigger }, endless);
    const [latest] = await listRuns(worker.db, target.id, 1);
    const found = { target_id: target.id, run_id: latest?.id, limit: 100 };
    const rows = await listRunModels(worker.db, found);
    const asked = provider.requests.flatMap(({ model }) => model ?? []);
    return { ...latest, rows, asked };
  };
  const now = () => getTarget(worker.db, target.id);
  return { ...worker, provider, target, deps, run, now };
}

/** An account that may have this many requests at a time; one more is a 429. */
function accountFor(most: number, retryAfter: Record<string, string> = { 'retry-after': '1' }) {
  let underWay = 0;
  return async (...[request, response]: Parameters<(typeof behaviours)['good']>) => {
    if (underWay >= most) {
      const error = { message: '当前并发数已达上限，请稍后再试', code: 'concurrency_limit' };
      refuse(response, { error }, retryAfter);
      return;
    }
    underWay += 1;
    await sleep(20);
    await behaviours.good(request, response);
    underWay -= 1;
  };
}

function refuse(response: ServerResponse, body: object, headers: Record<string, string>): void {
  response.writeHead(429, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

const four = ['a', 'b', 'c', 'd'];
const fourOf = (how: Parameters<typeof startProvider>[0][string]) =>
  Object.fromEntries(four.map((name) => [name, how]));

/** A question of the channel's own, whose answer nobody can check. */
const uncheckable = { prompt: 'Say something.' };

test('an account with one request at a time has all its models alive, and is remembered', async () => {
  const { run, pauses, db, target, clock } = await withChannel(fourOf(accountFor(1)));
  const { rows, success, fail } = await run();
  expect({ success, fail }).toEqual({ success: 4, fail: 0 });
  expect(pauses.every((ms) => ms === 1000)).toBe(true);
  expect((await getProbeMemory(db, target.id)).probe_concurrency).toBe(1);
  expect(rows.reduce((sum, { requests }) => sum + requests, 0)).toBeGreaterThan(4);
  clock.now += 1800;
  expect((await run()).asked).toHaveLength(4);
});

test('the pace grows again in one of six runs that pass', async () => {
  const { run, db, target, clock, provider } = await withChannel(fourOf(accountFor(1)));
  await run();
  for (const name of four) provider.setBehaviour(name, 'good');
  const paces: (number | null)[] = [];
  for (let count = 0; count < 18; count += 1) {
    clock.now += 1800;
    await run();
    paces.push((await getProbeMemory(db, target.id)).probe_concurrency);
  }
  expect([...new Set(paces)]).toEqual([1, 2, 3].filter((pace) => paces.includes(pace)));
  expect(paces.at(-1)).toBe(3);
}, 20_000);

test('a channel that stays limited is waited for twice as long each time, and then is a row', async () => {
  const { run, pauses } = await withChannel({ a: accountFor(0, {}) });
  const { rows } = await run();
  expect(pauses).toEqual([1000, 2000, 4000]);
  expect(rows).toMatchObject([{ success: false, error_kind: 'rate_limit', requests: 4 }]);
});

test('a channel that asks for a long wait is not waited for', async () => {
  const { run, pauses, db, target, clock } = await withChannel({
    a: accountFor(0, { 'retry-after': '300' }),
  });
  const { asked } = await run();
  expect([asked.length, pauses]).toEqual([1, []]);
  const [known] = await listKnownModels(db, target.id);
  expect(known?.evidence[0]?.rest_until).toBe(clock.now + 300);
  const { fault } = await getProbeMemory(db, target.id);
  expect(fault).toMatchObject({ kind: 'rate_limit', rest_until: clock.now + 60 });
});

test('a row says what all requests of a probe cost', async () => {
  const { run } = await withChannel({ good: 'good', m: 'wants_max_completion_tokens' });
  const { rows } = await run();
  const requests = Object.fromEntries(rows.map((row) => [row.model, row.requests]));
  expect(requests).toEqual({ good: 1, m: 2 });
  for (const { input_tokens, output_tokens } of rows) {
    expect(input_tokens).toBeGreaterThan(0);
    expect(output_tokens).toBeGreaterThan(0);
  }
});

test('a scheduled run takes what traffic has just proven, one by hand asks everything', async () => {
  const { run, db, target, clock } = await withChannel(
    { 'gpt-4o': 'good', other: 'good' },
    uncheckable,
  );
  await run();
  clock.now += 1700;
  await recordProxyRequests(db, [requestOf(target.id, clock.now - 60, false)]);
  clock.now += 100;
  const { rows, asked, success } = await run();
  expect({ asked, success }).toEqual({ asked: ['other'], success: 2 });
  expect(rows.find(({ model }) => model === 'gpt-4o')).toMatchObject({
    ...{ success: true, proved_by: 'traffic', requests: 0, duration: 0.2 },
  });
  expect((await run('manual')).asked.toSorted()).toEqual(['gpt-4o', 'other']);
  await updateTarget(db, target.id, { traffic_proves: false }, clock.now);
  expect((await run()).asked).toHaveLength(2);
});

test('a model that a client was just served with shows that the channel is not at fault', async () => {
  const { run, now, db, target, clock, provider } = await withChannel(
    { 'gpt-4o': 'good', ...fourOf('good') },
    uncheckable,
  );
  await run();
  clock.now += 1700;
  await recordProxyRequests(db, [requestOf(target.id, clock.now - 60, false)]);
  for (const name of four) provider.setBehaviour(name, 'http_401');
  clock.now += 100;
  expect((await run()).asked.toSorted()).toEqual(four);
  expect(await now()).toMatchObject({ last_status: 'degraded', fault: null });
});

test('what the budget leaves out keeps its state, and the run says so', async () => {
  const { run, now, db, clock } = await withChannel(
    { a: 'good', b: 'good', c: 'good', d: 'good', e: 'good', f: 'good', g: 'good' },
    { probe_requests_per_day: 10 },
  );
  await run();
  clock.now += 1800;
  const { error, notes, success, asked } = await run();
  expect({ asked: asked.length, success }).toEqual({ asked: 3, success: 3 });
  expect(notes).toEqual([{ code: 'over_budget', models: 4 }]);
  expect(error).toBe('4 models not asked: the budget of the day is used up');
  expect(await listModelStates(db)).toHaveLength(7);
  expect(await now()).toMatchObject({ last_status: 'healthy', last_total: 7, last_error: error });
});

test('every request counts, so a probe of several tries never goes beyond the budget', async () => {
  const models = Object.fromEntries(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 'wants_max_completion_tokens' as const]),
  );
  const { run, now, clock, db } = await withChannel(models, { probe_requests_per_day: 7 });
  const first = await run('manual');
  expect(first.asked).toHaveLength(7);
  const measured = first.rows.length;
  expect(first.error).toBe(`${6 - measured} models not asked: the budget of the day is used up`);
  expect(first.rows.every(({ success }) => success)).toBe(true);
  // What was given up midway is written too, so that a restart doesn't forget it.
  const usage = await readProbeUsage(db, { day: clock.now });
  expect(usage.reduce((sum, { requests }) => sum + requests, 0)).toBe(7);
  clock.now += 1800;
  expect((await run('manual')).asked).toEqual([]);
  expect((await listModelStates(db)).every(({ success }) => success)).toBe(true);
  clock.now += 86_400;
  expect((await run()).asked.length).toBeGreaterThan(0);
  expect((await now())?.last_error).toContain('the budget of the day is used up');
});

test('the tokens of requests under way count as well', async () => {
  const { run } = await withChannel(fourOf('slow'), { probe_tokens_per_day: 1 });
  expect((await run('manual')).asked).toHaveLength(1);
});

test('a run that can ask nobody waits for the next day, and says why', async () => {
  const { run, now, db, target, deps, clock } = await withChannel({ a: 'good' });
  await run();
  await setSettings(db, { probe_requests_per_day: '1' }, clock.now);
  clock.now += 3600;
  await runIfDue(deps, target.id, endless);
  await runIfDue(deps, target.id, endless);
  expect(await listRuns(db, target.id, 10)).toHaveLength(1);
  expect(await now()).toMatchObject({
    last_error: 'not run: the budget of the day is used up',
    last_notes: [{ code: 'not_run' }],
  });
  expect(deps.events.filter(({ type }) => type === 'target_updated')).toHaveLength(2);
  clock.now += 86_400;
  await runIfDue(deps, target.id, endless);
  expect(await now()).toMatchObject({ last_status: 'healthy', last_error: null, last_notes: null });
});

test('runs at the same time share the budget of the whole installation', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider(fourOf('slow'));
  const deps = worker.makeDeps();
  await setSettings(worker.db, { probe_requests_per_day: '6' }, worker.clock.now);
  const targets = await Promise.all([1, 2, 3].map(() => addTarget(worker, provider)));
  await Promise.all(
    targets.map(({ id }) => runTarget(deps, { targetId: id, trigger: 'schedule' }, endless)),
  );
  const asked = provider.requests.filter(({ model }) => model !== null);
  expect(asked).toHaveLength(6);
});

test('a dead model is asked in every sixth run, and still counts', async () => {
  const { run, now, clock } = await withChannel({ a: 'good', dead: 'http_500' });
  await run();
  clock.now += 90_000;
  let asked = 0;
  for (let count = 0; count < 12; count += 1) {
    clock.now += 1800;
    if ((await run()).asked.includes('dead')) asked += 1;
    expect(await now()).toMatchObject({ last_status: 'degraded', last_total: 2, last_fail: 1 });
  }
  expect(asked).toBe(2);
  expect((await run('manual')).asked).toContain('dead');
}, 20_000);

test('probes cost what their tokens cost on the channel, by day and model', async () => {
  const prices = ['gpt-4o = input 100, output 1000'];
  const models = { 'gpt-4o': 'good', unknown: 'good' } as const;
  const { run, db, clock } = await withChannel(models, { prices, price_multiplier: 0.5 });
  const { rows } = await run('manual');
  const priced = rows.find(({ model }) => model === 'gpt-4o');
  const cost = ((priced?.input_tokens ?? 0) * 50 + (priced?.output_tokens ?? 0) * 500) / 1e6;
  expect(priced?.cost).toBeCloseTo(cost);
  expect(cost).toBeGreaterThan(0);
  expect(rows.find(({ model }) => model === 'unknown')?.cost).toBeNull();
  expect(await readProbeUsage(db, { day: clock.now })).toMatchObject([
    { model: 'gpt-4o', cost: priced?.cost, unpriced: 0 },
    { model: 'unknown', cost: 0, unpriced: 1 },
  ]);
});

test('models that are set not to be probed have a row and no request', async () => {
  const { run, now } = await withChannel({ a: 'good', secret: 'good' }, { dont_probe: ['sec*'] });
  const { rows, asked, skipped } = await run();
  expect({ asked, skipped }).toEqual({ asked: ['a'], skipped: 1 });
  expect(rows.find(({ model }) => model === 'secret')).toMatchObject({
    ...{ error: 'skipped: set not to be probed', error_kind: 'skipped', requests: 0 },
  });
  expect(await now()).toMatchObject({ last_status: 'healthy', last_total: 1 });
});

test('a probe that was under way while the process was frozen is asked again', async () => {
  const { run, clock, provider } = await withChannel({ a: 'good' });
  let asked = 0;
  provider.setBehaviour('a', async (request, response) => {
    asked += 1;
    if (asked > 1) return behaviours.good(request, response);
    clock.now += 80;
    response.socket?.resetAndDestroy();
  });
  const { rows } = await run();
  expect(rows).toMatchObject([{ success: true, requests: 2 }]);
});

test('so is the list of models', async () => {
  const { run, clock, provider, deps } = await withChannel({ a: 'good' });
  provider.setModelList('reset');
  const { exchange } = deps.upstream;
  deps.upstream.exchange = async (...asked) => {
    const answer = await exchange(...asked);
    if (!answer.answered) clock.now += 80;
    provider.setModelList('good');
    return answer;
  };
  expect(await run()).toMatchObject({ status: 'completed', error: null, success: 1 });
});

test('every route that was asked is recorded: refused on its own, proven on another', async () => {
  const { run, db, target } = await withChannel({ 'claude-x': 'only_chat' });
  await run();
  const [known] = await listKnownModels(db, target.id);
  const states = known?.evidence.map(({ route, state }) => [route, state]);
  expect(states?.toSorted()).toEqual([
    ['anthropic', 'refused'],
    ['chat', 'proven'],
  ]);
});

test('a bound that is set holds from the first request on, whatever was learnt, and nothing is learnt', async () => {
  let [underWay, most] = [0, 0];
  const counted = async (...[request, response]: Parameters<(typeof behaviours)['good']>) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(20);
    underWay -= 1;
    await behaviours.good(request, response);
  };
  const models = Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`m${at}`, counted]));
  const { run, db, target } = await withChannel(models, { max_concurrency: 2 });
  expect((await run()).rows.every(({ success }) => success)).toBe(true);
  expect(most).toBe(2);
  expect((await getProbeMemory(db, target.id)).probe_concurrency).toBeNull();
  await updateTarget(db, target.id, { max_concurrency: 1, min_gap_ms: 30 }, 5);
  most = 0;
  const startedAtMs = performance.now();
  await run('manual');
  expect(most).toBe(1);
  // The list and six models.
  expect(performance.now() - startedAtMs).toBeGreaterThan(6 * 30);
});

test('what clients have under way counts for probes, which leave the channel to them', async () => {
  const fields = { max_concurrency: 1, models_mode: 'manual', models: ['a', 'b', 'c'] } as const;
  const { run, deps, target } = await withChannel(
    { a: 'good', b: 'good', c: 'good' },
    { ...fields, models: [...fields.models] },
  );
  const nowMs = () => performance.now();
  const gateway = createChannelSlots({ slots: deps.bus.slots, processName: 'gateway', nowMs });
  const held = await gateway.take([target], { waitMs: 0 });
  // Nobody may wait, so that this takes no time.
  const shared = { slots: deps.bus.slots, nowMs, waitingLimit: 0 };
  const impatient = createChannelSlots({ ...shared, processName: 'worker' });
  const slots = deps.slots;
  deps.slots = impatient;
  const { status, notes, rows, asked } = await run();
  expect([status, rows, asked]).toEqual(['completed', [], []]);
  expect(notes).toEqual([{ code: 'channel_full', models: 3 }]);
  if (typeof held !== 'string') held.give();
  deps.slots = slots;
  expect((await run()).asked).toEqual(['a', 'b', 'c']);
  for (const one of [gateway, impatient]) one.close();
});
