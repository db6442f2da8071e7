import { expect, test } from 'vitest';
import type { Outcome } from '../outcome.ts';
import { nextAttemptAt } from './next-attempt.ts';

const failed: Outcome = {
  ...{ kind: 'retry', reason: 'server_error', status: 503 },
  ...{ retryAfterS: null, message: '' },
};
const firstAtS = 1000;
const after = (outcome: Outcome, count: number, nowS = firstAtS) =>
  (nextAttemptAt(outcome, { count, firstAtS }, nowS) ?? Number.NaN) - nowS;

test('each delay is twice the one before, from a second to an hour', () => {
  const delays = Array.from({ length: 14 }, (_, index) => after(failed, index + 1));
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]);
  expect(after(failed, 1_000_000)).toBe(3600);
});

test('a vendor may ask for a longer delay, up to an hour, and not for a shorter one', () => {
  expect(after({ ...failed, retryAfterS: 600 }, 1)).toBe(600);
  expect(after({ ...failed, retryAfterS: 86_400 }, 1)).toBe(3600);
  expect(after({ ...failed, retryAfterS: 0 }, 5)).toBe(16);
});

test('no attempt is made later than a day after the first', () => {
  const dayS = 24 * 3600;
  expect(nextAttemptAt(failed, { count: 20, firstAtS }, firstAtS + dayS - 3600)).toBe(
    firstAtS + dayS,
  );
  expect(nextAttemptAt(failed, { count: 20, firstAtS }, firstAtS + dayS - 3599)).toBeNull();
  let [nowS, count] = [firstAtS, 1];
  for (let at = nextAttemptAt(failed, { count, firstAtS }, nowS); at !== null; count += 1) {
    nowS = at;
    at = nextAttemptAt(failed, { count: count + 1, firstAtS }, nowS);
  }
  expect(count).toBe(35);
});

test('what was sent or refused is not tried again', () => {
  const [status, message] = [null, ''];
  expect(nextAttemptAt({ kind: 'sent', status, message }, { count: 1, firstAtS }, firstAtS)).toBe(
    null,
  );
  const refused: Outcome = { kind: 'refused', reason: 'rejected', status, message };
  expect(nextAttemptAt(refused, { count: 1, firstAtS }, firstAtS)).toBeNull();
});
