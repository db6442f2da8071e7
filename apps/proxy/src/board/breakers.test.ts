import type { PublishedBreaker } from '@api-monitor/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { BoardModel } from './board.ts';
import { createBreakers } from './breakers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup() {
  const clock = { now: 1000 };
  const published: PublishedBreaker[] = [];
  let probes = 0;
  const breakers = createBreakers({
    nowS: () => clock.now,
    publish: (breaker) => published.push(breaker),
    requestProbe: () => {
      probes += 1;
    },
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i += 1) breakers.failed(1, 'm', 'HTTP 500');
  };
  const wait = () => vi.advanceTimersByTime(100);
  const failures = () => breakers.of(offerProvedAt(900))?.failures ?? 0;
  return { clock, published, breakers, fail, wait, failures, probes: () => probes };
}

function offerProvedAt(proved_at: number) {
  const target = { id: 1, name: 't', enabled: true, sort_order: 1, interval_min: 30 };
  return { target, model: 'm', is_alive: true, proved_at };
}

const open = { target_id: 1, model: 'm', is_open: true, error: 'HTTP 500' };
const closed = { target_id: 1, model: 'm', is_open: false, consecutive_failures: 0, error: null };

test('each failure asks for a probe, and the third is published', () => {
  const { fail, published, probes } = setup();
  fail(2);
  expect([published, probes()]).toEqual([[], 2]);
  fail(1);
  const state = { consecutive_failures: 3, opened_at: 1000, trial_at: null };
  expect(published).toEqual([{ ...open, ...state }]);
  expect(probes()).toBe(3);
});

test('every change of an open breaker is published: a trial, its failure, its release, its success', () => {
  const { clock, breakers, fail, published, wait } = setup();
  const steps = [
    () => breakers.begin(1, 'm'),
    () => fail(1),
    () => breakers.begin(1, 'm'),
    () => breakers.release(1, 'm'),
    () => breakers.succeeded(1, 'm'),
  ];
  fail(3);
  for (const step of steps) {
    wait();
    clock.now += 15;
    step();
  }
  expect(published.slice(1)).toEqual([
    { ...open, consecutive_failures: 3, opened_at: 1000, trial_at: 1015 },
    { ...open, consecutive_failures: 4, opened_at: 1030, trial_at: null },
    { ...open, consecutive_failures: 4, opened_at: 1030, trial_at: 1045 },
    { ...open, consecutive_failures: 4, opened_at: 1030, trial_at: null },
    { ...closed, opened_at: null, trial_at: null },
  ]);
});

test('a burst of failures publishes the first and the last state', () => {
  const { fail, published, wait } = setup();
  fail(100);
  wait();
  wait();
  expect(published.map((one) => one.consecutive_failures)).toEqual([3, 100]);
});

test('a request through a closed breaker is not a trial, and its outcome is not published', () => {
  const { breakers, fail, failures, published } = setup();
  expect(breakers.begin(1, 'm')).toBe(false);
  fail(2);
  expect(breakers.begin(1, 'm')).toBe(false);
  breakers.succeeded(1, 'm');
  expect([failures(), published]).toEqual([0, []]);
});

test('a suspected model is only probed', () => {
  const { breakers, published, failures, probes } = setup();
  for (let i = 0; i < 4; i += 1) breakers.suspected(1, 'm');
  expect([probes(), failures(), published]).toEqual([4, 0, []]);
});

test('reloading a target settles its breakers, and deleting it removes them', () => {
  const { clock, breakers, fail, published, wait } = setup();
  const read = (is_alive: boolean, proved_at: number) => ({
    models: new Map([['m', { is_alive, proved_at } as BoardModel]]),
  });
  fail(3);
  breakers.settle(1, read(false, clock.now + 1));
  breakers.settle(1, read(true, clock.now - 1));
  breakers.settle(2, null);
  expect(breakers.openCount()).toBe(1);
  breakers.settle(1, read(true, clock.now + 1));
  expect(breakers.openCount()).toBe(0);
  wait();
  expect(published.at(-1)).toMatchObject(closed);
  fail(3);
  breakers.settle(1, null);
  expect(breakers.openCount()).toBe(0);
});

test('a proof dated in the future closes a breaker once its time has come', () => {
  const { clock, breakers, fail, failures, published, wait } = setup();
  fail(3);
  wait();
  expect(breakers.of(offerProvedAt(1600))).toMatchObject({ failures: 3 });
  clock.now = 1590;
  expect(breakers.of(offerProvedAt(1600))).toBeNull();
  expect([failures(), published.at(-1)?.is_open]).toEqual([0, false]);
});
