import { expect, test } from 'vitest';
import { isDue, isTurn, nextRunAtOf } from './schedule.ts';

/** Its runs start at second 37 of each minute. */
const target = { id: 1, enabled: true, interval_min: 30, last_run_at: 6037 };

test('a target is due when its interval has passed since the start of its last run', () => {
  expect(nextRunAtOf(target)).toBe(6037 + 1800);
  expect(isDue(target, 7836)).toBe(false);
  expect(isDue(target, 7837)).toBe(true);
});

test('a last run in the future comes from a wrong clock and delays nothing', () => {
  expect(isDue({ ...target, last_run_at: 1e12 }, 2000)).toBe(true);
  expect(isDue({ ...target, last_run_at: 1e12, enabled: false }, 2000)).toBe(false);
});

test('the clocks of two hosts may differ a little', () => {
  expect(isDue({ ...target, last_run_at: 2005 }, 2000)).toBe(false);
});

test('a target that never ran is due at once, a disabled one never', () => {
  const never = { ...target, last_run_at: null };
  expect(isDue(never, 1)).toBe(true);
  expect(isTurn(never, 1)).toBe(true);
  expect(isDue({ ...target, enabled: false }, 1e12)).toBe(false);
  expect(nextRunAtOf({ ...target, enabled: false })).toBeNull();
});

/** When runs start, with a scan every two seconds, a start that is a second late, and runs of 50 s. */
function startsOf(id: number, interval_min: number, untilS: number): number[] {
  const starts: number[] = [];
  let last_run_at: number | null = null;
  for (let nowS = 1_800_000_000; nowS < 1_800_000_000 + untilS; nowS += 2) {
    const schedule = { id, enabled: true, interval_min, last_run_at };
    if (last_run_at !== null && nowS < last_run_at + 50) continue;
    if (!isDue(schedule, nowS) || !isTurn(schedule, nowS)) continue;
    last_run_at = nowS + 1;
    starts.push(last_run_at);
  }
  return starts;
}

test.each([1, 5, 30])('an interval of %d min is kept, however long a run takes', (interval_min) => {
  const [, ...starts] = startsOf(7, interval_min, interval_min * 60 * 10 + 60);
  expect(starts.length).toBeGreaterThanOrEqual(9);
  const gaps = starts.slice(1).map((at, n) => at - (starts[n] ?? 0));
  expect(new Set(gaps)).toEqual(new Set([interval_min * 60]));
});

test('sixty targets that are due together start at sixty different seconds', () => {
  const startOf = (id: number) => {
    const overdue = { ...target, id, last_run_at: 6000 };
    for (let nowS = 1_800_000_006; ; nowS += 1) if (isTurn(overdue, nowS)) return nowS;
  };
  const starts = Array.from({ length: 60 }, (_, n) => startOf(n + 1));
  const busiest = Math.max(...starts.map((at) => starts.filter((other) => other === at).length));
  // At the first scan, those of the seconds just before are still in time.
  expect(busiest).toBeLessThanOrEqual(6);
  expect(new Set(starts).size).toBeGreaterThanOrEqual(55);
});
