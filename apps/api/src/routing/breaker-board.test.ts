import { expect, test } from 'vitest';
import { createBreakerBoard } from './breaker-board.ts';

function opened(target_id: number, is_open = true) {
  const data = { target_id, model: 'm', is_open, consecutive_failures: 3, error: null };
  return { type: 'breaker_changed', data } as const;
}

test('a breaker is open for its pause, then half open, and closed by a later probe', () => {
  const clock = { now: 1000 };
  const board = createBreakerBoard(() => clock.now);
  expect(board.stateOf(1, 'm', 900)).toBe('closed');
  board.take(opened(1));
  expect(board.stateOf(1, 'm', 900)).toBe('open');
  expect(board.stateOf(2, 'm', 900)).toBe('closed');
  expect(board.openOf(1, 'm', 900)).toEqual({ failures: 3, error: null, opened_at: 1000 });
  expect(board.openOf(1, 'm', 1001)).toBeNull();
  clock.now += 15;
  expect(board.stateOf(1, 'm', 900)).toBe('half_open');
  expect(board.stateOf(1, 'm', 1001)).toBe('closed');
  board.take(opened(1, false));
  expect(board.stateOf(1, 'm', 900)).toBe('closed');
});

test('gateways that died without a word fill no memory: the oldest are forgotten', () => {
  const board = createBreakerBoard(() => 1000);
  for (let id = 1; id <= 10_001; id += 1) board.take(opened(id));
  expect(board.stateOf(1, 'm', 900)).toBe('closed');
  expect(board.stateOf(2, 'm', 900)).toBe('open');
});
