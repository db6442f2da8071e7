import { publishedBreaker } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { createBreakerTracker } from './breaker-tracker.ts';

function changed(target_id: number, failures = 3) {
  const breaker = { failures, error: null, failed_at: 1000, trial_at: null };
  return { type: 'breaker_changed', data: publishedBreaker(target_id, 'm', breaker) } as const;
}

const probed = (timestamp: number, target_id = 1) => ({
  ...{ target_id, model: 'm', success: true, error_kind: null, timestamp },
});

test('a breaker is open until an event or a later probe that passed closes it', () => {
  const tracker = createBreakerTracker(() => 1020);
  const open = { failures: 3, error: null, opened_at: 1000 };
  expect(tracker.openOf(probed(900))).toBeNull();
  tracker.take(changed(1));
  expect(tracker.openOf(probed(900))).toEqual(open);
  expect(tracker.openOf(probed(900, 2))).toBeNull();
  expect(tracker.openOf({ ...probed(1001), success: false })).toEqual(open);
  expect(tracker.openOf(probed(1001))).toBeNull();
  tracker.take(changed(1, 0));
  expect(tracker.of(1, 'm')).toBeNull();
});

test('of gateways that died the oldest breakers are forgotten, so that they never fill the memory', () => {
  const tracker = createBreakerTracker(() => 1000);
  for (let id = 1; id <= 10_001; id += 1) tracker.take(changed(id));
  expect(tracker.openOf(probed(900, 1))).toBeNull();
  expect(tracker.openOf(probed(900, 2))).not.toBeNull();
});
