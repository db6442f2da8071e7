import { expect, test } from 'vitest';
import type { ErrorKind } from './error-kind.ts';
import { appendPoint, historyLength, historyPointOf, type ProbeResult } from './probe-row.ts';
import { successRate, summariseRun } from './summarise-run.ts';

const probe = (success: boolean, error_kind: ErrorKind | null = null): ProbeResult => ({
  protocol: 'openai',
  model: 'm',
  stream: true,
  duration: 1,
  success,
  transport_success: true,
  tool_calls_count: 0,
  tool_calls: [],
  content: '',
  timestamp: 1,
  error: null,
  error_kind,
  status_code: 200,
  route: 'chat',
  endpoint: '/v1/chat/completions',
  first_token_s: null,
  output_tokens: null,
  output_tokens_per_s: null,
});
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

test('a skipped model is counted apart, neither passed nor failed nor in all', () => {
  expect(summariseRun([alive, dead, skipped])).toMatchObject({
    total: 2,
    success: 1,
    fail: 1,
    skipped: 1,
  });
});

test('the rate has one decimal, and none before the first run', () => {
  expect(successRate(3, 2, 1)).toBe(66.7);
  expect(successRate(3, 2, null)).toBeNull();
  expect(successRate(0, 0, 1)).toBeNull();
});

test('a history keeps the newest points, oldest first', () => {
  let history = [historyPointOf(alive)];
  for (let timestamp = 2; timestamp <= 40; timestamp += 1) {
    history = appendPoint(history, historyPointOf({ ...alive, timestamp }));
  }
  expect(history).toHaveLength(historyLength);
  expect([history[0]?.timestamp, history.at(-1)?.timestamp]).toEqual([11, 40]);
});
