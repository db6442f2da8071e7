import { historyLength } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { failedProbe, probe } from '../../test/samples.ts';
import { type ModelState, nextModelState } from './next-model-state.ts';

test('the first probe is a state of one point', () => {
  expect(nextModelState(null, failedProbe({ timestamp: 5 }), 3)).toMatchObject({
    success: 0,
    run_id: 3,
    last_success_at: null,
    state_since: 5,
    history: [{ success: false, timestamp: 5, error_kind: 'rate_limit', status_code: 429 }],
  });
});

test('a state lasts until success flips, and the last success is kept', () => {
  let state: ModelState | null = null;
  for (const result of [
    probe({ timestamp: 1 }),
    probe({ timestamp: 2 }),
    failedProbe({ timestamp: 3 }),
    failedProbe({ timestamp: 4 }),
  ]) {
    state = nextModelState(state, result, 1);
  }
  expect(state).toMatchObject({ success: 0, state_since: 3, last_success_at: 2, timestamp: 4 });
  expect(nextModelState(state, probe({ timestamp: 5 }), 2)).toMatchObject({
    success: 1,
    state_since: 5,
    last_success_at: 5,
  });
});

test('the history holds the newest points, oldest first', () => {
  let state: ModelState | null = null;
  for (let timestamp = 1; timestamp <= historyLength + 5; timestamp += 1) {
    state = nextModelState(state, probe({ timestamp }), timestamp);
  }
  const times = state?.history.map((point) => point.timestamp);
  expect(times).toEqual(Array.from({ length: historyLength }, (_, index) => index + 6));
});
