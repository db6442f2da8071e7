import { expect, test } from 'vitest';
import { appendPoint, type HistoryPoint, historyLength, historyPointOf } from './history-point.ts';

const point = {
  success: true,
  duration: 1,
  timestamp: 1,
  error: null,
  error_kind: null,
  status_code: 200,
  first_token_s: null,
};

test('a history keeps the newest points, oldest first', () => {
  let history: HistoryPoint[] = [point];
  for (let timestamp = 2; timestamp <= 40; timestamp += 1) {
    history = appendPoint(history, { ...point, timestamp });
  }
  expect(history).toHaveLength(historyLength);
  expect([history[0]?.timestamp, history.at(-1)?.timestamp]).toEqual([11, 40]);
});

test('a point has only those fields of the probe', () => {
  const probe = { ...point, content: 'I am a model.', model: 'gpt-4o' };
  expect(historyPointOf(probe)).toEqual(point);
});
