import { expect, test } from 'vitest';
import { answerLimitOf } from './answer-limit.ts';

interface Given {
  timeoutS?: number;
  ownS?: number;
  usualS?: number | null;
  isStream?: boolean;
  mayMoveOn?: boolean;
  patienceS?: number;
  requestBytes?: number;
}

/** Seconds, and whether it is the client's patience that ends. */
function limitOf(given: Given) {
  const { timeoutS = 30, ownS = 0, patienceS = 120 } = given;
  const { limitMs, isPatience } = answerLimitOf({
    target: { timeout_s: timeoutS, first_token_timeout_s: ownS },
    ...{ isStream: true, mayMoveOn: true, requestBytes: 0, usualS: 1, idleTimeoutMs: 300_000 },
    ...given,
    patienceMs: patienceS * 1000,
  });
  return [limitMs / 1000, isPatience];
}

const megabyte = 1024 ** 2;
test.each<[string, Given, [number, boolean]]>([
  ['three times the usual first token', { usualS: 6 }, [18, false]],
  ['at least 10 s', { usualS: 0.3 }, [10, false]],
  ['at most 60 s', { usualS: 40 }, [60, false]],
  ['the channel’s timeout if nothing was measured', { usualS: null, timeoutS: 45 }, [45, false]],
  ['more for a long prompt', { usualS: 2, requestBytes: megabyte / 2 }, [36, false]],
  ['what the channel says, however short', { ownS: 3, requestBytes: megabyte }, [3, false]],
  ['or long', { ownS: 90 }, [90, false]],
  ['what is left of the client’s patience', { usualS: 10, patienceS: 7 }, [7, true]],
])('a stream may take %s while another channel may serve', (_, given, expected) => {
  expect(limitOf(given)).toEqual(expected);
});

test('a whole answer may take as long as a pause within a stream, or the client’s patience', () => {
  expect(limitOf({ isStream: false, patienceS: 400 })).toEqual([300, false]);
  expect(limitOf({ isStream: false })).toEqual([120, true]);
});

test('the last channel has its own time, whatever is left of the patience', () => {
  const last = { mayMoveOn: false, patienceS: 0 };
  expect(limitOf({ ...last, ownS: 3 })).toEqual([30, false]);
  expect(limitOf({ ...last, usualS: 20 })).toEqual([60, false]);
  expect(limitOf({ ...last, isStream: false })).toEqual([300, false]);
});
