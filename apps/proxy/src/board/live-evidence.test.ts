import { type ChannelFault, type MonitorEvent, plainTransport, restOf } from '@api-monitor/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { boardOf, entry, finding, type GivenTarget, targetOf } from '../../test/test-board.ts';
import type { BoardModel } from './board.ts';
import { createLiveEvidence } from './live-evidence.ts';

const nowS = 100_000;

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
  live.take(offer(), finding(nowS));
  expect(on()).toMatchObject({ state: 'proven', failures: 1, rest_until: nowS + 1 });
  expect(live.begin(offer(), 'chat')).toBe('resting');
  live.take(offer(), finding(nowS + 2, { outcome: 'success', first_token_s: 0.5 }));
  expect(on()).toMatchObject({ failures: 0, proved_at: nowS + 2, proved_by: 'traffic' });
  expect(live.begin(offer(), 'chat')).toBe('free');
});

test('a burst of failures is one, and one request tries again after the rest', () => {
  const { live, offer, on, clock } = start();
  for (let at = 0; at < 500; at += 1)
    live.take(offer(), finding(nowS + at / 1000, { began_at: nowS - 1 }));
  expect(on()?.failures).toBe(1);
  clock.now += 1;
  const starts = Array.from({ length: 50 }, () => live.begin(offer(), 'chat'));
  expect(starts.filter((one) => one === 'trial')).toHaveLength(1);
  expect(starts.filter((one) => one === 'resting')).toHaveLength(49);
});

test('a trial is freed whatever happens', () => {
  const { live, offer, on, clock } = start();
  live.take(offer(), finding(nowS));
  clock.now += 1;
  expect(live.begin(offer(), 'chat')).toBe('trial');
  live.take(offer(), finding(clock.now, { outcome: 'none' }));
  live.endTrial(offer(), 'chat');
  expect(live.begin(offer(), 'chat')).toBe('trial');
  // Its failure doesn't count, because another came later.
  live.take(offer(), finding(clock.now, { began_at: nowS - 5 }));
  live.endTrial(offer(), 'chat');
  expect(on()?.trial_at).toBeNull();
  // Another request's end isn't the trial's.
  expect(live.begin(offer(), 'chat')).toBe('trial');
  live.take(offer(), finding(clock.now, { outcome: 'none' }));
  expect(live.begin(offer(), 'chat')).toBe('resting');
});

test('a trial survives that the database catches up with the failure before it', () => {
  const { live, offer, clock, on, reload } = start();
  live.take(offer(), finding(nowS));
  const failed = on();
  if (!failed) throw new Error('no evidence');
  clock.now += 1;
  live.begin(offer(), 'chat');
  reload({ id: 1, models: { m: { evidence: [failed] } } });
  expect(live.begin(offer(), 'chat')).toBe('resting');
  live.endTrial(offer(), 'chat');
  reload({ id: 1, models: { m: { evidence: [failed] } } });
  expect(live.of(offer())).toBe(offer());
});

test('changes go out with the whole state, at most every 100 ms, and mere renewals don’t', () => {
  const { live, offer, events, clock } = start();
  live.take(offer(), finding(nowS, { outcome: 'success', first_token_s: 1 }));
  expect(events).toEqual([]);
  live.take(offer(), finding(nowS + 1));
  expect(events).toMatchObject([
    { type: 'evidence_changed', data: { target_id: 1, model: 'm', evidence: { failures: 1 } } },
  ]);
  for (const at of [3, 6, 11]) live.take(offer(), finding(nowS + at));
  clock.now += 11;
  expect(events).toHaveLength(1);
  vi.advanceTimersByTime(100);
  expect(events).toMatchObject([{}, { data: { evidence: { failures: 4, found_at: nowS + 11 } } }]);
  vi.advanceTimersByTime(1000);
  expect(events).toHaveLength(2);
});

test('two gateways agree, whichever hears of the other first', () => {
  const [a, b] = [start(), start()];
  a.live.take(a.offer(), finding(nowS));
  for (const event of a.events) b.live.hear(event);
  expect(b.on()).toEqual(a.on());
  a.clock.now += 1;
  b.clock.now += 1;
  expect(a.live.begin(a.offer(), 'chat')).toBe('trial');
  // Its own event comes back late, from before the trial.
  for (const event of a.events) a.live.hear(event);
  expect(a.live.begin(a.offer(), 'chat')).toBe('resting');
  vi.advanceTimersByTime(100);
  for (const event of a.events.slice(1)) b.live.hear(event);
  expect(b.live.begin(b.offer(), 'chat')).toBe('resting');
  a.live.take(a.offer(), finding(nowS + 1, { outcome: 'success' }));
  vi.advanceTimersByTime(100);
  for (const event of a.events.slice(2)) b.live.hear(event);
  expect(b.on()).toEqual(a.on());
  expect(b.live.begin(b.offer(), 'chat')).toBe('free');
});

test('what the database knows as well is forgotten, and what it doesn’t know yet stays', () => {
  const { live, offer, on, reload } = start();
  live.take(offer(), finding(nowS));
  reload({ id: 1, ...proven });
  expect(on()?.failures).toBe(1);
  const probed = entry('chat', nowS + 5);
  reload({ id: 1, models: { m: { evidence: [probed] } } });
  expect(live.of(offer())).toBe(offer());
});

test('evidence of removed models, channels and former addresses is dropped', () => {
  const { live, board, offer, on, reload } = start();
  live.take(offer(), finding(nowS));
  const upstream = { id: 1, baseUrl: 'http://y', apiKey: 'sk-upstream', ...plainTransport };
  reload({ id: 1, upstream, ...proven });
  expect(on()?.failures).toBe(0);
  live.take(offer(), finding(nowS));
  const { m } = proven.models;
  reload({ id: 1, upstream, models: { other: m } });
  reload({ id: 1, upstream, models: { m } });
  expect(on()?.failures).toBe(0);
  live.take(offer(), finding(nowS));
  const gone = offer();
  board.dropTarget(1);
  live.settle(1, null, undefined);
  live.take(gone, finding(nowS));
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
  live.take(offer(), finding(nowS, { route: 'anthropic', outcome: 'refused', kind: 'not_found' }));
  expect([on('chat')?.failures, on('anthropic')?.state]).toEqual([0, 'refused']);
  live.take(offer(), finding(nowS + 1));
  expect([on('chat')?.failures, on('responses')?.failures]).toEqual([1, 1]);
});

test('a fault of the channel concerns all its models, here and at other gateways', () => {
  const models = { m: proven.models.m, n: proven.models.m };
  const [a, b] = [start({ id: 1, models }), start({ id: 1, models })];
  a.live.take(a.offer(), finding(nowS, { scope: 'channel', kind: 'quota', message: 'no credit' }));
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
  live.take(offer(), finding(nowS));
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
  expect(live.begin(offer(), 'chat')).toBe('free');
});
