import { expect, test } from 'vitest';
import { limitFaults } from './redis-faults.ts';

test('the same fault is reported once in 30 s, and another one at once', () => {
  const reported: string[] = [];
  let nowMs = 0;
  const report = limitFaults(
    (fault, where) => reported.push(`${where}: ${fault}`),
    () => nowMs,
  );
  report('refused', 'redis');
  report('refused', 'redis');
  report('refused', 'ticks');
  nowMs = 30_000;
  report('refused', 'redis');
  expect(reported).toEqual([
    'redis: Error: refused',
    'ticks: Error: refused',
    'redis: Error: refused',
  ]);
});
