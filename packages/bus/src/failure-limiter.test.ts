import { expect, test } from 'vitest';
import { createFailureLimiter, guessLimits as limits } from './failure-limiter.ts';
import { createInProcessBus, type SharedSums } from './index.ts';

const inProcessSums = () => createInProcessBus({ nowMs: () => 0, onFault: () => {} }).sums;

function setup(sums: SharedSums = inProcessSums()) {
  const clock = { now: 1000 };
  const now = () => clock.now;
  const limiter = createFailureLimiter({ name: 'bad-tokens', limits, sums, now });
  const fail = (times: number, address = 'a') => {
    for (let i = 0; i < times; i += 1) limiter.recordFailure(address);
  };
  return { clock, limiter, fail };
}

test('the thirtieth failure within a minute blocks the address for ten minutes', async () => {
  const { clock, limiter, fail } = setup();
  fail(29);
  await expect(limiter.assertAllowed('a')).resolves.toBeUndefined();
  fail(1);
  await expect(limiter.assertAllowed('a')).rejects.toThrow('try again in 10 min');
  await expect(limiter.assertAllowed('b')).resolves.toBeUndefined();
  clock.now += 200;
  expect([limiter.blockedForS('a'), limiter.blockedForS('b')]).toEqual([400, 0]);
  clock.now += 400;
  await expect(limiter.assertAllowed('a')).resolves.toBeUndefined();
});

test('failures of an earlier minute do not count', async () => {
  const { clock, limiter, fail } = setup();
  fail(29);
  clock.now += 61;
  fail(29);
  await expect(limiter.assertAllowed('a')).resolves.toBeUndefined();
});

test('a minute is any sixty seconds, not a minute of the clock', async () => {
  const { clock, limiter, fail } = setup();
  fail(15);
  clock.now += 59;
  fail(15);
  await expect(limiter.assertAllowed('a')).rejects.toThrow();
});

test('a flood of addresses drops the oldest counts, but no block', async () => {
  const { limiter, fail } = setup();
  fail(30, 'blocked');
  fail(29, 'nearly');
  for (let i = 0; i < 10_001; i += 1) fail(1, `x${i}`);
  await expect(limiter.assertAllowed('blocked')).rejects.toThrow();
  fail(1, 'nearly');
  await expect(limiter.assertAllowed('nearly')).resolves.toBeUndefined();
});

test('failures at several replicas add up, and a block applies at each replica after its next failure', async () => {
  const sums = inProcessSums();
  const [first, second] = [setup(sums), setup(sums)];
  first.fail(20);
  second.fail(9);
  await second.limiter.recordFailure('a');
  await expect(second.limiter.assertAllowed('a')).rejects.toThrow('try again in 10 min');
  await expect(first.limiter.assertAllowed('a')).resolves.toBeUndefined();
  await first.limiter.recordFailure('a');
  await expect(first.limiter.assertAllowed('a')).rejects.toThrow('try again in 10 min');
});

test("if the other replicas can't be reached, a replica uses its own count", async () => {
  const { limiter, fail } = setup({ add: () => Promise.reject(new Error('away')) });
  fail(29);
  await limiter.recordFailure('a');
  await expect(limiter.assertAllowed('a')).rejects.toThrow();
});
