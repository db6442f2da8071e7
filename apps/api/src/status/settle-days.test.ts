import {
  addChecks,
  emptyHistory,
  incidentsOf,
  type StatusCheck,
  type StatusDay,
  secondsPerDay,
} from '@api-monitor/core';
import type { ChecksWindow } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { settleDays } from './settle-days.ts';

const firstDay = 20_000;
const checksADay = 4;

/** Ten days of a channel that is checked every six hours, with the share of `shareAt` for each check. */
function withChecks(shareAt: (day: number, check: number) => number) {
  const checks: StatusCheck[] = [];
  for (let index = 0; index < 10 * checksADay; index += 1) {
    const [day, check] = [Math.floor(index / checksADay), index % checksADay];
    const at = (firstDay + day) * secondsPerDay + check * 6 * 3600;
    checks.push({ target_id: 1, run_id: index, at, share: shareAt(day, check), kind: null });
  }
  const byDay = Map.groupBy(checks, ({ at }) => Math.floor(at / secondsPerDay));
  const days: StatusDay[] = [...byDay].map(([number, ofDay]) => ({
    number,
    checks: ofDay.length,
    share: ofDay.reduce((sum, { share }) => sum + share, 0) / ofDay.length,
    targetIds: [1],
  }));
  const read: number[] = [];
  const settle = (failedDays: number[] = [], kept: readonly StatusCheck[] = checks) =>
    settleDays(emptyHistory(), {
      days,
      failedDays: new Set(failedDays),
      checksIn: async ({ after, until }: ChecksWindow) => {
        read.push(Math.floor((after + 1) / secondsPerDay) - firstDay);
        return kept.filter(({ at }) => at > after && at <= until);
      },
    });
  return { checks, read, settle };
}

test('the sums give the same history as the checks, and only bad days are read', async () => {
  const isBad = (day: number, check: number) =>
    (day === 4 && check > 1) || (day === 5 && check < 1);
  const { checks, read, settle } = withChecks((day, check) => (isBad(day, check) ? 0.5 : 1));
  const history = await settle();
  const whole = addChecks(emptyHistory(), checks);
  expect(history.days).toEqual(whole.days);
  expect(incidentsOf(history)).toEqual(incidentsOf(whole));
  expect([history.state, history.since, history.checked_at]).toEqual([
    whole.state,
    whole.since,
    whole.checked_at,
  ]);
  // The first, for the start; the day before a bad one; the bad ones; the newest.
  expect(read).toEqual([0, 3, 4, 5, 9]);
});

test('a day on which a whole run failed is read, because the sums do not show it', async () => {
  const { read, settle } = withChecks(() => 1);
  await settle([firstDay + 6]);
  expect(read).toEqual([0, 5, 6, 9]);
});

test('an ongoing incident is followed check by check until it ends', async () => {
  const { read, settle } = withChecks((day) => (day > 2 && day < 6 ? 0 : 1));
  const [incident] = incidentsOf(await settle());
  expect(incident).toMatchObject({
    started_at: (firstDay + 3) * secondsPerDay,
    ended_at: (firstDay + 6) * secondsPerDay,
  });
  expect(read).toEqual([0, 2, 3, 4, 5, 6, 9]);
});

test('days whose checks are gone keep their sums', async () => {
  const { checks, settle } = withChecks((day) => (day === 2 ? 0.25 : 1));
  const kept = checks.filter(({ at }) => at >= (firstDay + 5) * secondsPerDay);
  const { days, incidents, state } = await settle([], kept);
  expect(days.get(firstDay + 2)).toEqual({ checks: checksADay, shares: checksADay * 0.25 });
  expect(incidents).toEqual([]);
  expect(state).toBe('operational');
});
