import { expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import { historyLength } from '../probes/history-point.ts';
import { probeResultShape } from '../probes/probe-row.ts';
import { nextModelState, type ProbedModel } from './next-model-state.ts';

const passed = (timestamp: number) => ({
  ...sampleOf(probeResultShape),
  ...{ success: true, timestamp, status_code: 200 },
});
const failed = (timestamp: number) => ({
  ...sampleOf(probeResultShape),
  ...{ timestamp, error: 'HTTP 429: slow down', status_code: 429 },
  error_kind: 'rate_limit' as const,
});
const after = (probes: Parameters<typeof nextModelState>[1][]) =>
  probes.reduce<ProbedModel | null>(nextModelState, null);

test('the first probe gives a state with one point of history', () => {
  expect(nextModelState(null, failed(5))).toMatchObject({
    success: false,
    last_success_at: null,
    state_since: 5,
    history: [{ success: false, timestamp: 5, error_kind: 'rate_limit', status_code: 429 }],
  });
});

test('a state lasts until success flips, and the last success is kept', () => {
  const state = after([passed(1), passed(2), failed(3), failed(4)]);
  expect(state).toMatchObject({
    ...{ success: false, state_since: 3, last_success_at: 2, timestamp: 4 },
  });
  expect(nextModelState(state, passed(5))).toMatchObject({
    ...{ success: true, state_since: 5, last_success_at: 5 },
  });
});

test('wrong answers in a row are counted, over failures, until a right one', () => {
  const wrong = (timestamp: number) => ({ ...passed(timestamp), is_wrong_answer: true });
  expect(after([wrong(1), failed(2), wrong(3)])).toMatchObject({ wrong_answers: 2 });
  expect(after([wrong(1), failed(2), passed(3)])).toMatchObject({ wrong_answers: 0 });
});

test('the history holds the newest points, oldest first', () => {
  const probes = Array.from({ length: historyLength + 5 }, (_, index) => passed(index + 1));
  const times = after(probes)?.history.map((point) => point.timestamp);
  expect(times).toEqual(Array.from({ length: historyLength }, (_, index) => index + 6));
});
