import { type Target, targetDefaults } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { createActiveRuns } from './active-runs.ts';

const target: Target = {
  ...targetDefaults,
  id: 7,
  name: 'relay',
  base_url: 'https://relay.example',
  api_key: 'sealed',
  sort_order: 1,
  created_at: 1,
  updated_at: 1,
  last_run_at: null,
  last_status: null,
  last_total: 0,
  last_success: 0,
  last_fail: 0,
  last_log_file: null,
  last_error: null,
};

test("a run that ends doesn't affect another run of its target", () => {
  const runs = createActiveRuns();
  const first = runs.begin({ id: 1 }, target);
  const second = runs.begin({ id: 2 }, target);
  first.end();
  expect(runs.runIds()).toEqual([2]);
  runs.targetChanged(target.id, null);
  expect(first.signal.aborted).toBe(false);
  expect(second.signal.aborted).toBe(true);
});

test('a change reaches only the runs of its target', () => {
  const runs = createActiveRuns();
  const mine = runs.begin({ id: 1 }, target);
  const other = runs.begin({ id: 2 }, { ...target, id: 8 });
  runs.targetChanged(target.id, { ...target, verify_ssl: false });
  expect([mine.signal.aborted, other.signal.aborted]).toEqual([true, false]);
});
