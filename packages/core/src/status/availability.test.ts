import { expect, test } from 'vitest';
import {
  availabilityOfAny,
  isCheck,
  joinTimes,
  sumAvailability,
  timeWithin,
  type WatchedTime,
  watchedBy,
  watchedOutage,
  watchedOutside,
} from './availability.ts';

const passed = (timestamp: number) => ({ timestamp, success: true });
const failed = (timestamp: number) => ({ timestamp, success: false });

test.each([
  ['since the previous check', 900, [900, 1000, 1]],
  ['at most two intervals', 100, [400, 1000, 1]],
  ['one interval, if it is the first', null, [700, 1000, 1]],
  ['no time, if another check was at the same moment', 1000, [1000, 1000, 1]],
  ['no time, if a later check was written before it', 1030, [1000, 1000, 1]],
  ['one interval, if the previous one is in the future', 9000, [700, 1000, 1]],
])('a check speaks for the time %s', (_, watchedUntil, time) => {
  expect(watchedBy(passed(1000), { watchedUntil, intervalS: 300 })).toEqual(time);
});

test('a check that failed speaks for time without service', () => {
  expect(watchedBy(failed(1000), { watchedUntil: 800, intervalS: 300 })).toEqual([800, 1000, 0]);
});

test('an outage between two checks that clients met counts as one', () => {
  const known = { watchedUntil: 1000, intervalS: 600 };
  expect(watchedOutage({ since: 1100, until: 1400 }, known)).toEqual([
    [1000, 1100, 1],
    [1100, 1400, 0],
  ]);
  expect(watchedOutage({ since: 1100, until: 1159 }, known)).toEqual([]);
  expect(watchedOutage({ since: 1000, until: 1400 }, known)).toEqual([]);
  expect(watchedOutage({ since: 1100, until: 1400 }, { ...known, watchedUntil: null })).toEqual([]);
});

test('what was not asked, or only answers certain clients, is no check', () => {
  const kinds = ['skipped', 'gated', 'timeout', null] as const;
  expect(kinds.map((error_kind) => isCheck({ error_kind }))).toEqual([false, false, true, true]);
});

test.each<[WatchedTime, WatchedTime | null]>([
  [
    [110, 120, 1],
    [10, 20, 1],
  ],
  [
    [90, 120, 0],
    [0, 20, 0],
  ],
  [
    [150, 250, 1],
    [50, 100, 1],
  ],
  [
    [0, 999, 1],
    [0, 100, 1],
  ],
  [[200, 300, 1], null],
  [[50, 100, 1], null],
])('of %j, the part within 100 to 200 is %j', (time, part) => {
  expect(timeWithin(time, 100, 100)).toEqual(part);
});

test('times that follow each other with the same result are joined', () => {
  const joined = joinTimes([
    [20, 30, 0],
    [0, 10, 1],
    [10, 20, 1],
    [30, 40, 0],
    [50, 60, 0],
  ]);
  expect(joined).toEqual([
    [0, 20, 1],
    [20, 40, 0],
    [50, 60, 0],
  ]);
});

/** A channel's period with these times. */
function channel(...times: WatchedTime[]) {
  const parts = times.map(([from, to, served]) => ({
    watched_s: to - from,
    served_s: served * (to - from),
  }));
  return { ...sumAvailability(parts), times };
}

test('a service serves while one of its channels does', () => {
  const morning = channel([0, 50, 1], [50, 100, 0]);
  const evening = channel([0, 40, 0], [40, 100, 1]);
  expect(availabilityOfAny([morning, evening])).toEqual({ watched_s: 100, served_s: 100 });
  const both = channel([0, 60, 0], [60, 100, 1]);
  expect(availabilityOfAny([morning, both])).toEqual({ watched_s: 100, served_s: 90 });
  expect(availabilityOfAny([morning])).toEqual({ watched_s: 100, served_s: 50 });
  expect(availabilityOfAny([])).toEqual({ watched_s: 0, served_s: 0 });
});

test('time in which no channel was watched does not count', () => {
  const early = channel([0, 10, 1]);
  const late = channel([90, 100, 0]);
  expect(availabilityOfAny([early, late])).toEqual({ watched_s: 20, served_s: 10 });
});

test('if the times of a channel are not known, a service is as available as its best channel', () => {
  const old = { watched_s: 80, served_s: 60, times: null };
  const known = channel([0, 50, 1], [50, 100, 0]);
  expect(availabilityOfAny([old, known])).toEqual({ watched_s: 100, served_s: 75 });
  const flawless = { watched_s: 0.3, served_s: 0.3, times: null };
  expect(availabilityOfAny([old, flawless])).toEqual({ watched_s: 80, served_s: 80 });
});

test.each([
  ['nothing else happened', [[900, 950]], [[1000, 2000, 0]]],
  ['it began before', [[900, 1100]], [[1100, 2000, 0]]],
  ['it ended after', [[1900, 2100]], [[1000, 1900, 0]]],
  [
    'it was in between',
    [[1200, 1300]],
    [
      [1000, 1200, 0],
      [1300, 2000, 0],
    ],
  ],
  [
    'there were two',
    [
      [1200, 1300],
      [1250, 1500],
    ],
    [
      [1000, 1200, 0],
      [1500, 2000, 0],
    ],
  ],
  ['it was all of it', [[900, 2100]], []],
] as const)('what counts of a stretch with maintenance when %s', (_, periods, left) => {
  const taken = periods.map(([from, until]) => ({ from, until }));
  expect(watchedOutside([1000, 2000, 0], taken)).toEqual(left);
});
