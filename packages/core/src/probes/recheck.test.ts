import { expect, test } from 'vitest';
import { isRecheckDue } from './recheck.ts';

test('a probe dated in the future delays nothing', () => {
  expect(isRecheckDue({ timestamp: 1600, state_since: 900 }, 1000)).toBe(true);
});

test('the pauses double: half a minute, then as long as it has been failing', () => {
  const rechecks: number[] = [];
  let timestamp = 1000;
  for (let nowS = 1000; nowS <= 1500; nowS += 1) {
    if (!isRecheckDue({ timestamp, state_since: 1000 }, nowS)) continue;
    rechecks.push(nowS - 1000);
    timestamp = nowS;
  }
  expect(rechecks).toEqual([30, 60, 120, 240, 480]);
});
