import { expect, test } from 'vitest';
import { isAskedForQuota, nextPollAt } from './next-poll.ts';

const nowS = 1_800_000_000;
const afterMin = (
  fault: Parameters<typeof nextPollAt>[0]['fault'],
  failures: number,
  random = 0.5,
) => (nextPollAt({ intervalMin: 30, fault, failures }, { nowS, random }) - nowS) / 60;

test('a balance is asked for after its interval, a tenth of it earlier or later', () => {
  expect([0, 0.5, 0.999].map((random) => Math.round(afterMin(null, 0, random)))).toEqual([
    27, 30, 33,
  ]);
});

test('what fails is asked less and less often, down to once a day', () => {
  expect([1, 2, 3, 20].map((failures) => afterMin('failed', failures))).toEqual([
    30, 60, 120, 1440,
  ]);
});

test('where nothing answers it is asked after a day, and every week in the end', () => {
  expect([1, 2, 3, 9].map((failures) => afterMin('absent', failures) / 1440)).toEqual([1, 2, 4, 7]);
});

test('a failure never makes polls more frequent than the interval', () => {
  const rare = { intervalMin: 1440, fault: 'busy', failures: 1 } as const;
  expect(nextPollAt(rare, { nowS, random: 0.5 })).toBe(nowS + 86_400);
});

test('a quota failure asks at once, and again for a new one after five minutes', () => {
  expect(isAskedForQuota({ quotaFoundAt: nowS, askedAt: null }, nowS)).toBe(true);
  expect(isAskedForQuota({ quotaFoundAt: nowS, askedAt: nowS - 600 }, nowS)).toBe(true);
  expect(isAskedForQuota({ quotaFoundAt: nowS, askedAt: nowS - 60 }, nowS)).toBe(false);
  expect(isAskedForQuota({ quotaFoundAt: nowS - 700, askedAt: nowS - 600 }, nowS)).toBe(false);
});
