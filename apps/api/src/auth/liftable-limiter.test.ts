import { createFailureLimiter, createInProcessBus } from '@api-monitor/bus';
import { expect, test } from 'vitest';
import { createLiftableLimiter } from './liftable-limiter.ts';

const { sums } = createInProcessBus({ nowMs: () => 0, onFault: () => {} });
const limits = { failures: 3, windowS: 60, blockS: 600 };
const start = () =>
  createLiftableLimiter('', (reset) =>
    createFailureLimiter({ name: `logins${reset}`, limits, sums, now: () => 1000 }),
  );

test('a reset lifts every block at each replica, and failures count from zero again', async () => {
  const [one, other] = [start(), start()];
  for (const limiter of [one, one, one, other]) await limiter.recordFailure('a');
  for (const limiter of [one, other]) await expect(limiter.assertAllowed('a')).rejects.toThrow();
  for (const limiter of [one, other]) {
    limiter.lift('');
    await expect(limiter.assertAllowed('a')).rejects.toThrow();
    limiter.lift('1800000000');
    await limiter.recordFailure('a');
    limiter.lift('1800000000');
    await expect(limiter.assertAllowed('a')).resolves.toBeUndefined();
  }
  await one.recordFailure('a');
  await expect(one.assertAllowed('a')).rejects.toThrow();
});
