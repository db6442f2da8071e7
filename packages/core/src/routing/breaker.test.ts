import { expect, test } from 'vitest';
import {
  type Breaker,
  type BreakerEvent,
  breakerOf,
  breakerStateOf,
  isOpen,
  nextBreaker,
  type Proof,
  publishedBreaker,
} from './breaker.ts';

/** A breaker with a clock, whose model was last probed before everything else. */
function setup() {
  const clock = { now: 1000 };
  let breaker: Breaker | null = null;
  const take = (event: BreakerEvent) => {
    breaker = nextBreaker(breaker, event, clock.now);
  };
  return {
    clock,
    take,
    fail(times: number) {
      for (let i = 0; i < times; i += 1) take({ kind: 'failed', error: 'HTTP 500' });
    },
    breaker: () => breaker,
    state: (proof: Partial<Proof> = {}) =>
      breakerStateOf(breaker, { is_alive: true, proved_at: 900, ...proof }, clock.now),
  };
}

test('the third failure in a row opens it', () => {
  const { fail, state, breaker } = setup();
  fail(2);
  expect(state()).toBe('closed');
  fail(1);
  expect(state()).toBe('open');
  expect(breaker()).toEqual({ failures: 3, error: 'HTTP 500', failed_at: 1000, trial_at: null });
});

test('a success in between starts the count again', () => {
  const { take, fail, state } = setup();
  fail(2);
  take({ kind: 'succeeded' });
  fail(2);
  expect(state()).toBe('closed');
});

test('after the pause one request may try, and only one at a time', () => {
  const { clock, take, fail, state } = setup();
  fail(3);
  clock.now += 14;
  expect(state()).toBe('open');
  clock.now += 1;
  expect(state()).toBe('half_open');
  take({ kind: 'trial_began' });
  expect(state()).toBe('open');
  take({ kind: 'succeeded' });
  expect(state()).toBe('closed');
});

test('a trial that fails opens it for another pause', () => {
  const { clock, take, fail, state } = setup();
  fail(3);
  clock.now += 15;
  take({ kind: 'trial_began' });
  fail(1);
  expect(state()).toBe('open');
  clock.now += 15;
  expect(state()).toBe('half_open');
});

test('a trial ends if it is dropped, or never reports back', () => {
  const { clock, take, fail, state } = setup();
  fail(3);
  clock.now += 15;
  take({ kind: 'trial_began' });
  take({ kind: 'trial_dropped' });
  expect(state()).toBe('half_open');
  take({ kind: 'trial_began' });
  clock.now += 120;
  expect(state()).toBe('half_open');
});

test('a closed breaker has no trials', () => {
  const { take, fail, breaker } = setup();
  take({ kind: 'trial_began' });
  take({ kind: 'trial_dropped' });
  expect(breaker()).toBeNull();
  fail(2);
  take({ kind: 'trial_began' });
  expect(breaker()).toMatchObject({ failures: 2, trial_at: null });
});

test.each<[string, Partial<Proof>, Breaker['failures'] | null]>([
  ['passed after the last failure', { proved_at: 1001 }, null],
  ['passed at that very moment', { proved_at: 1000 }, 3],
  ['passed before', { proved_at: 999 }, 3],
  ['failed', { proved_at: 1001, is_alive: false }, 3],
  ['left the model out', { proved_at: 1001, is_alive: null }, 3],
  ['is dated in the future', { proved_at: 1600 }, 3],
])('a probe that %s', (_, given, failures) => {
  const { take, fail, state, breaker } = setup();
  fail(3);
  const proof = { is_alive: true, proved_at: 900, ...given };
  expect(state(proof)).toBe(failures === null ? 'closed' : 'open');
  take({ kind: 'probed', proof });
  expect(breaker()?.failures ?? null).toBe(failures);
});

test('a probe that passed forgets failures that had not opened it yet', () => {
  const { take, fail, breaker } = setup();
  fail(2);
  take({ kind: 'probed', proof: { is_alive: true, proved_at: 1001 } });
  expect(breaker()).toBeNull();
});

test('a clock that is set back does not keep a breaker open', () => {
  const { clock, take, fail, state } = setup();
  fail(3);
  clock.now = 1000 - 600;
  expect(state({ proved_at: 300 })).toBe('half_open');
  take({ kind: 'trial_began' });
  clock.now -= 600;
  expect(state({ proved_at: 300 })).toBe('half_open');
});

test('an open breaker is published completely, a closed one without details', () => {
  const { clock, take, fail, breaker } = setup();
  const published = () => publishedBreaker(1, 'm', breaker());
  const shut = { target_id: 1, model: 'm', is_open: false, consecutive_failures: 0, error: null };
  fail(2);
  expect(published()).toEqual({ ...shut, opened_at: null, trial_at: null });
  fail(2);
  clock.now += 15;
  take({ kind: 'trial_began' });
  expect(isOpen(breaker())).toBe(true);
  expect(breakerOf(published())).toEqual(breaker());
  take({ kind: 'removed' });
  expect(breakerOf(published())).toBeNull();
});
