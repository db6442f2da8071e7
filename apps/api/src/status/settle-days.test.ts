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
    watched_s: secondsPerDay,
    served_s: secondsPerDay,
    isFlawless: ofDay.every(({ share }) => share === 1),
    targetIds: [1],
  }));
  const read: number[] = [];
  const settle = (kept: readonly StatusCheck[] = checks) =>
    settleDays(emptyHistory(), {
      days,
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
  expect(incidentsOf(history)).toEqual(incidentsOf(whole));
  expect([history.state, history.since, history.checked_at]).toEqual([
    whole.state,
    whole.since,
    whole.checked_at,
  ]);
  // The first, for the start; the day before a bad one; the bad ones; the newest.
  expect(read).toEqual([0, 3, 4, 5, 9]);
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

test('days whose checks are gone start no incident', async () => {
  const { checks, settle } = withChecks((day) => (day === 2 ? 0.25 : 1));
  const kept = checks.filter(({ at }) => at >= (firstDay + 5) * secondsPerDay);
  const { incidents, state } = await settle(kept);
  expect(incidents).toEqual([]);
  expect(state).toBe('operational');
});
