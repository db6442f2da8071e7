import { expect, test } from 'vitest';
import { type ChannelFault, latestFault } from './channel-fault.ts';
import { latestEvidence, latestOf, noEvidence } from './evidence.ts';

const nowS = 100_000;
const at = (found_at: number, more = {}) => ({ ...noEvidence('chat', found_at), ...more });

test('the later finding counts, and the stored one if both are as old', () => {
  const [older, newer] = [at(nowS - 9), at(nowS - 5)];
  expect(latestOf(older, newer, nowS)).toBe(newer);
  expect(latestOf(newer, older, nowS)).toBe(newer);
  expect(latestOf(undefined, older, nowS)).toBe(older);
  const [stored, heard] = [at(nowS, { error: 'stored' }), at(nowS, { trial_at: nowS })];
  expect(latestOf(stored, heard, nowS)).toEqual({ ...stored, trial_at: nowS });
});

test('a finding from a clock that is ahead doesn’t count', () => {
  const [present, ahead] = [at(nowS - 5), at(nowS + 500)];
  expect(latestOf(present, ahead, nowS)).toBe(present);
  expect(latestOf(ahead, present, nowS)).toBe(present);
});

test('of faults the later one counts; one that the database doesn’t store is soon forgotten', () => {
  const fault = (found_at: number): ChannelFault => ({
    ...{ kind: 'auth', error: 'no', since: 1, found_at, failures: 6, rest_until: found_at + 30 },
  });
  const stored = fault(nowS - 20);
  expect(latestFault(stored, null, nowS)).toBe(stored);
  expect(latestFault(stored, { fault: null, at: nowS - 10 }, nowS)).toBeNull();
  expect(latestFault(stored, { fault: null, at: nowS - 20 }, nowS)).toBe(stored);
  const heard = { fault: fault(nowS - 10), at: nowS - 10 };
  expect(latestFault(null, heard, nowS)).toBe(heard.fault);
  expect(latestFault(null, heard, nowS + 60)).toBeNull();
  expect(latestFault(null, { ...heard, at: nowS + 500 }, nowS)).toBeNull();
});

test('routes that only traffic knows are added to the stored ones', () => {
  const [stored, chat] = [at(nowS - 9), at(nowS - 5)];
  const gemini = at(nowS - 5, { route: 'gemini' });
  const heard = new Map([
    ['chat', chat],
    ['gemini', gemini],
  ] as const);
  expect(latestEvidence([stored], heard, nowS)).toEqual([chat, gemini]);
  expect(latestEvidence([stored], new Map(), nowS)).toEqual([stored]);
});
