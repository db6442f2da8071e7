import {
  type ChannelFault,
  type Finding,
  type MonitorEvent,
  plainTransport,
  restOf,
} from '@api-monitor/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boardOf, entry, finding, type GivenTarget, targetOf } from '../../test/test-board.ts';
import type { BoardModel } from './board.ts';
import { createLiveEvidence } from './live-evidence.ts';

const nowS = 100_000;
/** The ids of two keys. */
const [key, other] = [1, 2];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const proven = { models: { m: { evidence: [entry('chat', nowS - 60)] } } };

function start(...targets: GivenTarget[]) {
  const clock = { now: nowS };
  const board = boardOf(...(targets.length > 0 ? targets : [{ id: 1, ...proven }]));
  const events: MonitorEvent[] = [];
  const live = createLiveEvidence({
    board,
    nowS: () => clock.now,
    publish: (event) => void events.push(structuredClone(event)),
    publishPeriodMs: 100,
  });
  const offer = (id = 1, model = 'm'): BoardModel => {
    const found = board.targetById(id)?.models.get(model);
    if (!found) throw new Error('no such offer');
    return found;
  };
  const on = (route = 'chat', id = 1) =>
    live.of(offer(id)).evidence.find((one) => one.route === route);
  /** As if the database had been read again. */
  const reload = (given: GivenTarget) => {
    const before = board.targetById(given.id);
    const target = targetOf(given);
    board.putTarget(target);
    live.settle(given.id, target, before);
  };
  return { clock, board, live, events, offer, on, reload };
}

test('a failure lets the model rest at once, and a success ends that', () => {
  const { live, offer, on } = start();
  expect(live.of(offer())).toBe(offer());
  live.take(offer(), finding(nowS), key);
  expect(on()).toMatchObject({ state: 'proven', failures: 1, rest_until: nowS + 1 });
  expect(live.begin(offer(), 'chat', key)).toBe('resting');
  live.take(offer(), finding(nowS + 2, { outcome: 'success', first_token_s: 0.5 }), key);
  expect(on()).toMatchObject({ failures: 0, proved_at: nowS + 2, proved_by: 'traffic' });
  expect(live.begin(offer(), 'chat', key)).toBe('free');
});

test('a burst of failures is one, and one request tries again after the rest', () => {
  const { live, offer, on, clock } = start();
  for (let at = 0; at < 500; at += 1)
    live.take(offer(), finding(nowS + at / 1000, { began_at: nowS - 1 }), key);
  expect(on()?.failures).toBe(1);
  clock.now += 1;
  const starts = Array.from({ length: 50 }, () => live.begin(offer(), 'chat', key));
  expect(starts.filter((one) => one === 'trial')).toHaveLength(1);
  expect(starts.filter((one) => one === 'resting')).toHaveLength(49);
});

test('a trial is freed whatever happens', () => {
  const { live, offer, on, clock } = start();
  live.take(offer(), finding(nowS), key);
  clock.now += 1;
  expect(live.begin(offer(), 'chat', key)).toBe('trial');
  live.take(offer(), finding(clock.now, { outcome: 'none' }), key);
  live.endTrial(offer(), 'chat');
  expect(live.begin(offer(), 'chat', key)).toBe('trial');
  // Its failure doesn't count, because another came later.
  live.take(offer(), finding(clock.now, { began_at: nowS - 5 }), key);
  live.endTrial(offer(), 'chat');
  expect(on()?.trial_at).toBeNull();
  // Another request's end isn't the trial's.
  expect(live.begin(offer(), 'chat', key)).toBe('trial');
  live.take(offer(), finding(clock.now, { outcome: 'none' }), key);
  expect(live.begin(offer(), 'chat', key)).toBe('resting');
});

test('a trial survives that the database catches up with the failure before it', () => {
  const { live, offer, clock, on, reload } = start();
  live.take(offer(), finding(nowS), key);
  const failed = on();
  if (!failed) throw new Error('no evidence');
  clock.now += 1;
  live.begin(offer(), 'chat', key);
  reload({ id: 1, models: { m: { evidence: [failed] } } });
  expect(live.begin(offer(), 'chat', key)).toBe('resting');
  live.endTrial(offer(), 'chat');
  reload({ id: 1, models: { m: { evidence: [failed] } } });
  expect(live.of(offer())).toBe(offer());
});

/** A key whose requests fail, next to one that was served before. */
function startShared() {
  const started = start();
  const { live, offer } = started;
  const success = { outcome: 'success', kind: null, scope: 'route', message: null } as const;
  const serve = (at: number, keyId = other) => live.take(offer(), finding(at, success), keyId);
  const fail = (at: number, more: Partial<Finding> = {}) =>
    live.take(offer(), finding(at, { status: 500, ...more }), key);
  serve(nowS - 10);
  return { ...started, serve, fail };
}

test('after a rest, others try before the only key that failed, if they use the model', () => {
  const { live, offer, clock, fail } = startShared();
  fail(nowS);
  clock.now += 1;
  expect(live.isResting(offer(), 'chat', key)).toBe(true);
  expect(live.begin(offer(), 'chat', key)).toBe('resting');
  expect(live.begin(offer(), 'chat', other)).toBe('trial');
  live.endTrial(offer(), 'chat');
  clock.now += 1;
  expect(live.begin(offer(), 'chat', key)).toBe('trial');
  live.endTrial(offer(), 'chat');
  const alone = start();
  alone.live.take(alone.offer(), finding(nowS), key);
  alone.clock.now += 1;
  expect(alone.live.begin(alone.offer(), 'chat', key)).toBe('trial');
});

test('the failures of one key count for nothing for five minutes if others are served next to them', () => {
  const { on, serve, fail } = startShared();
  expect(fail(nowS).outcome).toBe('failure');
  // It was under way when the other failed.
  serve(nowS - 1);
  expect(fail(nowS + 0.1).outcome).toBe('failure');
  serve(nowS + 1.5);
  expect(fail(nowS + 2)).toMatchObject({ outcome: 'none', kind: null });
  expect(fail(nowS + 3, { outcome: 'refused' }).outcome).toBe('none');
  expect(on()).toMatchObject({ state: 'proven', failures: 0 });
  // What isn't its doing still counts.
  expect(fail(nowS + 4, { is_unreached: true }).outcome).toBe('failure');
  expect(fail(nowS + 5, { scope: 'channel', kind: 'quota' }).outcome).toBe('failure');
  expect(fail(nowS + 302).outcome).toBe('failure');
});

test('waiting in vain counts, unless somebody else was served within half a minute', () => {
  const { serve, fail } = startShared();
  fail(nowS);
  serve(nowS + 1);
  const silent = { kind: 'timeout', status: undefined } as const;
  expect(fail(nowS + 20, silent).outcome).toBe('none');
  expect(fail(nowS + 32, silent).outcome).toBe('failure');
  serve(nowS + 35);
  expect(fail(nowS + 60, silent).outcome).toBe('none');
});

test('a probe that works shows that one key’s failures are its own, and what two keys met is the model’s', () => {
  const { live, offer, fail, reload } = startShared();
  fail(nowS);
  reload({ id: 1, models: { m: { evidence: [entry('chat', nowS + 2)] } } });
  expect(fail(nowS + 3).outcome).toBe('none');
  const both = startShared();
  both.fail(nowS);
  both.live.take(both.offer(), finding(nowS + 0.1, { status: 500 }), other);
  both.serve(nowS + 2);
  expect(both.fail(nowS + 3).outcome).toBe('failure');
  expect(live.begin(offer(), 'chat', other)).toBe('free');
});

test('changes go out with the whole state, at most every 100 ms, and mere renewals don’t', () => {
  const { live, offer, events, clock } = start();
  live.take(offer(), finding(nowS, { outcome: 'success', first_token_s: 1 }), key);
  expect(events).toEqual([]);
  live.take(offer(), finding(nowS + 1), key);
  expect(events).toMatchObject([
    { type: 'evidence_changed', data: { target_id: 1, model: 'm', evidence: { failures: 1 } } },
  ]);
  for (const at of [3, 6, 11]) live.take(offer(), finding(nowS + at), key);
  clock.now += 11;
  expect(events).toHaveLength(1);
  vi.advanceTimersByTime(100);
  expect(events).toMatchObject([{}, { data: { evidence: { failures: 4, found_at: nowS + 11 } } }]);
  vi.advanceTimersByTime(1000);
  expect(events).toHaveLength(2);
});

test('two gateways agree, whichever hears of the other first', () => {
  const [a, b] = [start(), start()];
  a.live.take(a.offer(), finding(nowS), key);
  for (const event of a.events) b.live.hear(event);
  expect(b.on()).toEqual(a.on());
  a.clock.now += 1;
  b.clock.now += 1;
  expect(a.live.begin(a.offer(), 'chat', key)).toBe('trial');
  // Its own event comes back late, from before the trial.
  for (const event of a.events) a.live.hear(event);
  expect(a.live.begin(a.offer(), 'chat', key)).toBe('resting');
  vi.advanceTimersByTime(100);
  for (const event of a.events.slice(1)) b.live.hear(event);
  expect(b.live.begin(b.offer(), 'chat', key)).toBe('resting');
  a.live.take(a.offer(), finding(nowS + 1, { outcome: 'success' }), key);
  vi.advanceTimersByTime(100);
  for (const event of a.events.slice(2)) b.live.hear(event);
  expect(b.on()).toEqual(a.on());
  expect(b.live.begin(b.offer(), 'chat', key)).toBe('free');
});

test('what the database knows as well is forgotten, and what it doesn’t know yet stays', () => {
  const { live, offer, on, reload } = start();
  live.take(offer(), finding(nowS), key);
  reload({ id: 1, ...proven });
  expect(on()?.failures).toBe(1);
  const probed = entry('chat', nowS + 5);
  reload({ id: 1, models: { m: { evidence: [probed] } } });
  expect(live.of(offer())).toBe(offer());
});

test('evidence of removed models, channels and former addresses is dropped', () => {
  const { live, board, offer, on, reload } = start();
  live.take(offer(), finding(nowS), key);
  const upstream = { id: 1, baseUrl: 'http://y', apiKey: 'sk-upstream', ...plainTransport };
  reload({ id: 1, upstream, ...proven });
  expect(on()?.failures).toBe(0);
  live.take(offer(), finding(nowS), key);
  const { m } = proven.models;
  reload({ id: 1, upstream, models: { other: m } });
  reload({ id: 1, upstream, models: { m } });
  expect(on()?.failures).toBe(0);
  live.take(offer(), finding(nowS), key);
  const gone = offer();
  board.dropTarget(1);
  live.settle(1, null, undefined);
  live.take(gone, finding(nowS), key);
  live.hear({
    type: 'evidence_changed',
    data: { target_id: 1, model: 'm', evidence: entry('chat', nowS) },
  });
  reload({ id: 1, upstream, ...proven });
  expect(live.of(offer())).toBe(offer());
});

test('a failure of the model counts on all its proven routes, a refusal on its own', () => {
  const evidence = [entry('chat', nowS - 9), entry('responses', nowS - 9)];
  const { live, offer, on } = start({ id: 1, models: { m: { evidence } } });
  live.take(
    offer(),
    finding(nowS, { route: 'anthropic', outcome: 'refused', kind: 'not_found' }),
    key,
  );
  expect([on('chat')?.failures, on('anthropic')?.state]).toEqual([0, 'refused']);
  live.take(offer(), finding(nowS + 1), key);
  expect([on('chat')?.failures, on('responses')?.failures]).toEqual([1, 1]);
});

test('a fault of the channel concerns all its models, here and at other gateways', () => {
  const models = { m: proven.models.m, n: proven.models.m };
  const [a, b] = [start({ id: 1, models }), start({ id: 1, models })];
  a.live.take(
    a.offer(),
    finding(nowS, { scope: 'channel', kind: 'quota', message: 'no credit' }),
    key,
  );
  expect(a.events).toMatchObject([
    { type: 'fault_changed', data: { target_id: 1, at: nowS, fault: { kind: 'quota' } } },
  ]);
  for (const event of a.events) b.live.hear(event);
  for (const { live, offer } of [a, b]) {
    expect(live.of(offer(1, 'n')).fault).toMatchObject({ kind: 'quota', error: 'no credit' });
  }
  // A probe has ended it, and the database says so.
  const fault: ChannelFault = {
    ...{ kind: 'quota', error: 'no credit', since: nowS, found_at: nowS, failures: 6 },
    rest_until: nowS + 30,
  };
  b.reload({ id: 1, models, fault });
  b.reload({ id: 1, models });
  expect(b.live.of(b.offer()).fault).toBeNull();
});

test('resting routes are counted', () => {
  const { live, offer } = start();
  expect(live.restingCount()).toBe(0);
  live.take(offer(), finding(nowS), key);
  expect(live.restingCount()).toBe(1);
});

test('evidence from the future, by a wrong clock, lets nothing rest', () => {
  const { live, offer, on, clock } = start();
  live.hear({
    type: 'evidence_changed',
    data: {
      target_id: 1,
      model: 'm',
      evidence: entry('chat', nowS + 900, { failures: 3, rest_until: nowS + 930 }),
    },
  });
  const known = on();
  expect(known && restOf(known, clock.now)).toBe('none');
  expect(live.begin(offer(), 'chat', key)).toBe('free');
});
