import { expect, test } from 'vitest';
import {
  addChecks,
  addDay,
  emptyHistory,
  incidentsOf,
  type StatusCheck,
} from './status-history.ts';

const hour = 3600;
const day = 86_400;

function check(at: number, share: number, fields: Partial<StatusCheck> = {}): StatusCheck {
  return { target_id: 1, run_id: at, at, share, kind: share < 1 ? 'timeout' : null, ...fields };
}

test('without checks the state is unknown', () => {
  expect(emptyHistory()).toMatchObject({ state: 'unknown', checked_at: 0, incidents: [] });
});

test('a flawless day that is added as a whole ends later than its checks, and starts nothing', () => {
  const healthy = addChecks(emptyHistory(), [check(10, 1)]);
  const flawless = { number: 1, isFlawless: true, targetIds: [1], watched_s: day, served_s: day };
  const after = addDay(healthy, flawless);
  expect(after).toMatchObject({ state: 'operational', since: 10, checked_at: 2 * day - 1 });
  expect(after.latest.get(1)).toMatchObject({ share: 1 });
  expect(healthy.checked_at).toBe(10);
});

test('two failing checks are an incident, from the first of them to the next one that passes', () => {
  const history = addChecks(emptyHistory(), [
    check(1 * hour, 1),
    check(2 * hour, 0.5),
    check(3 * hour, 0, { kind: 'network' }),
    check(4 * hour, 0.5),
    check(5 * hour, 1),
  ]);
  expect(incidentsOf(history)).toEqual([
    {
      started_at: 2 * hour,
      ended_at: 5 * hour,
      state: 'outage',
      run_id: 2 * hour,
      checks: 3,
      kinds: { timeout: 2, network: 1 },
    },
  ]);
  expect(history).toMatchObject({ state: 'operational', since: 5 * hour, checked_at: 5 * hour });
});

test('a single failed check isn’t an incident, and one that goes on has no end', () => {
  const blip = addChecks(emptyHistory(), [check(1, 1), check(2, 0), check(3, 1)]);
  expect(incidentsOf(blip)).toEqual([]);
  const [open] = incidentsOf(addChecks(blip, [check(4, 0.2), check(5, 0.2)]));
  expect(open).toMatchObject({ started_at: 4, ended_at: null, state: 'degraded' });
});

test('a model on several channels has the state of the best one', () => {
  const history = addChecks(emptyHistory(), [
    check(1, 1),
    check(2, 0, { target_id: 2 }),
    check(3, 0, { target_id: 2 }),
  ]);
  expect(history.state).toBe('operational');
  expect(addChecks(history, [check(4, 0)])).toMatchObject({ state: 'outage', since: 4 });
});

test('a channel that is no longer checked doesn’t count', () => {
  const history = addChecks(emptyHistory(), [check(1, 1), check(2 * day, 0, { target_id: 2 })]);
  expect(history.state).toBe('outage');
});

test('adding checks leaves the given history unchanged', () => {
  const before = addChecks(emptyHistory(), [check(1, 0)]);
  addChecks(before, [check(2, 0), check(3, 1)]);
  expect(before).toMatchObject({ checked_at: 1, state: 'outage' });
  expect(before.incidents[0]).toMatchObject({ checks: 1, ended_at: null });
});
