import { expect, test } from 'vitest';
import { limitFaults } from './redis-faults.ts';

test('the same fault is reported once in 30 s, and another one at once', () => {
  const told: string[] = [];
  let nowMs = 0;
  const tell = limitFaults(
    (fault, where) => told.push(`${where}: ${fault}`),
    () => nowMs,
  );
  tell('refused', 'redis');
  tell('refused', 'redis');
  tell('refused', 'ticks');
  nowMs = 30_000;
  tell('refused', 'redis');
  expect(told).toEqual(['redis: Error: refused', 'ticks: Error: refused', 'redis: Error: refused']);
});
