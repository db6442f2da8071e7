import { expect, test } from 'vitest';
import { createFailureLimiter } from './failure-limiter.ts';

const limits = { failures: 30, windowS: 60, blockS: 600 };

function setup() {
  const clock = { now: 1000 };
  const limiter = createFailureLimiter(limits, () => clock.now);
  const fail = (times: number, address = 'a') => {
    for (let i = 0; i < times; i += 1) limiter.recordFailure(address);
  };
  return { clock, limiter, fail };
}

test('the thirtieth failure within a minute blocks the address for ten minutes', () => {
  const { clock, limiter, fail } = setup();
  fail(29);
  expect(() => limiter.assertAllowed('a')).not.toThrow();
  fail(1);
  expect(() => limiter.assertAllowed('a')).toThrow('try again in 10 min');
  expect(() => limiter.assertAllowed('b')).not.toThrow();
  clock.now += 600;
  expect(() => limiter.assertAllowed('a')).not.toThrow();
});

test('failures of an earlier minute do not count', () => {
  const { clock, limiter, fail } = setup();
  fail(29);
  clock.now += 61;
  fail(29);
  expect(() => limiter.assertAllowed('a')).not.toThrow();
});

test('a minute is any sixty seconds, not one of the clock', () => {
  const { clock, limiter, fail } = setup();
  fail(15);
  clock.now += 59;
  fail(15);
  expect(() => limiter.assertAllowed('a')).toThrow();
});

test('a flood of addresses drops the oldest, but no block', () => {
  const { limiter, fail } = setup();
  fail(30, 'blocked');
  fail(29, 'nearly');
  for (let i = 0; i < 10_001; i += 1) fail(1, `x${i}`);
  expect(() => limiter.assertAllowed('blocked')).toThrow();
  fail(1, 'nearly');
  expect(() => limiter.assertAllowed('nearly')).not.toThrow();
});
