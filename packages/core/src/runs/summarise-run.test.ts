import { expect, test } from 'vitest';
import type { ErrorKind } from '../probes/error-kind.ts';
import { successRate, summariseRun } from './summarise-run.ts';

const probe = (success: boolean, error_kind: ErrorKind | null = null) => ({ success, error_kind });
const [alive, dead, skipped] = [probe(true), probe(false, 'upstream'), probe(false, 'skipped')];

test.each([
  [[alive, alive], 'healthy'],
  [[alive, dead], 'degraded'],
  [[dead, dead], 'down'],
  [[], 'no_models'],
  [[skipped], 'no_models'],
  [[alive, skipped], 'healthy'],
  [[dead, skipped], 'down'],
])('%# is %s', (probes, status) => {
  expect(summariseRun(probes).status).toBe(status);
});

test('a skipped model is counted apart: it neither passed nor failed, and is not in the total', () => {
  expect(summariseRun([alive, dead, skipped])).toMatchObject({
    total: 2,
    success: 1,
    fail: 1,
    skipped: 1,
  });
});

test('a model that answers only certain clients is counted like a skipped one', () => {
  const gated = probe(false, 'gated');
  expect(summariseRun([alive, gated])).toMatchObject({ status: 'healthy', total: 1, skipped: 1 });
});

test('the success rate has one decimal, is 100 only if all passed, and is null before the first run', () => {
  expect(successRate(3, 2, 1)).toBe(66.7);
  expect(successRate(3, 3, 1)).toBe(100);
  expect(successRate(5000, 4999, 1)).toBe(99.9);
  expect(successRate(3, 2, null)).toBeNull();
  expect(successRate(0, 0, 1)).toBeNull();
});
