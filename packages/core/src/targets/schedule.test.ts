import { expect, test } from 'vitest';
import { isDue, isRecheckDue, nextRunAtOf } from './schedule.ts';

const target = { enabled: true, interval_min: 30, last_run_at: 1000 };

test('a target is due when its interval has passed, to the second', () => {
  expect(nextRunAtOf(target)).toBe(1000 + 1800);
  expect(isDue(target, 2799)).toBe(false);
  expect(isDue(target, 2800)).toBe(true);
});

test('a last run in the future comes from a wrong clock and delays nothing', () => {
  expect(isDue({ ...target, last_run_at: 1e12 }, 2000)).toBe(true);
  expect(isDue({ ...target, last_run_at: 1e12, enabled: false }, 2000)).toBe(false);
});

test('the clocks of two hosts may differ a little', () => {
  expect(isDue({ ...target, last_run_at: 2005 }, 2000)).toBe(false);
});

test('a target that never ran is due at once, a disabled one never', () => {
  expect(isDue({ ...target, last_run_at: null }, 1)).toBe(true);
  expect(isDue({ ...target, enabled: false }, 1e12)).toBe(false);
  expect(nextRunAtOf({ ...target, enabled: false })).toBeNull();
});

test('a failed probe dated in the future delays no recheck', () => {
  expect(isRecheckDue({ timestamp: 1600, state_since: 900 }, 1000)).toBe(true);
});

test('the pauses before rechecks double: half a minute, then as long as it has been failing', () => {
  const rechecks: number[] = [];
  let timestamp = 1000;
  for (let nowS = 1000; nowS <= 1500; nowS += 1) {
    if (!isRecheckDue({ timestamp, state_since: 1000 }, nowS)) continue;
    rechecks.push(nowS - 1000);
    timestamp = nowS;
  }
  expect(rechecks).toEqual([30, 60, 120, 240, 480]);
});
