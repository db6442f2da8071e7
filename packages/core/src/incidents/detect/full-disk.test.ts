import { expect, test } from 'vitest';
import { alertRuleDefaults as rules } from '../alert-rules.ts';
import { lookAtDisk } from './full-disk.ts';

const giB = 1024 ** 3;

function judged(freeGb: number, totalGb: number, { wasBad = false, disk_free_percent = 10 } = {}) {
  const space = { freeBytes: freeGb * giB, totalBytes: totalGb * giB };
  const found = lookAtDisk(space, { ...rules, disk_free_percent }).judge(wasBad);
  return found?.is_bad ? found.severity : 'good';
}

test('a disk is nearly full below a tenth, and critically below three hundredths', () => {
  expect(judged(10, 100)).toBe('good');
  expect(judged(9.9, 100)).toBe('warning');
  expect(judged(2.9, 100)).toBe('critical');
});

test('a tenth of a huge disk is plenty, and a quarter of a gigabyte is dire on any', () => {
  expect(judged(300, 4000)).toBe('good');
  expect(judged(40, 4000)).toBe('warning');
  expect(judged(0.2, 1)).toBe('critical');
});

test('it is well again only with clearly more room, or if it isn’t to be told', () => {
  expect(judged(11, 100, { wasBad: true })).toBe('warning');
  expect(judged(12.1, 100, { wasBad: true })).toBe('good');
  expect(judged(0.1, 100, { disk_free_percent: 0 })).toBe('good');
});
