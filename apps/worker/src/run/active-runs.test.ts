import { type Target, targetShape } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { expect, test } from 'vitest';
import { createActiveRuns } from './active-runs.ts';

const target: Target = { ...sampleOf(targetShape), id: 7, verify_ssl: true };

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
