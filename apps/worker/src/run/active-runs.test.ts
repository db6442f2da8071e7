import type { Target } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { createActiveRuns } from './active-runs.ts';

const target: Target = {
  id: 7,
  name: 'relay',
  base_url: 'https://relay.example',
  api_key: 'sealed',
  enabled: true,
  interval_min: 30,
  timeout_s: 5,
  verify_ssl: true,
  prompt: 'Who are you?',
  anthropic_version: '2023-06-01',
  max_models: 0,
  source_url: null,
  sort_order: 1,
  visitor_channel_actions_enabled: false,
  selected_models: [],
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
