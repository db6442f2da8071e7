import { expect, test } from 'vitest';
import { secondsOfIsoTime } from './iso-time.ts';

test.each([
  '2026-12-24T00:00:00Z',
  '2026-12-24T08:30:15.123456+08:00',
  '2026-02-28T23:59:59-05:30',
  '2024-02-29',
])('%s is read as a time', (text) => {
  expect(secondsOfIsoTime(text)).toBe(Math.floor(Date.parse(text) / 1000));
});

test('a time without a zone is in UTC', () => {
  expect(secondsOfIsoTime('2026-12-24 00:00:00')).toBe(Date.parse('2026-12-24T00:00:00Z') / 1000);
});

test.each(['', 'never', '2026', '24.12.2026', '0', '2026-12-24T'])('%j is no time', (text) => {
  expect(secondsOfIsoTime(text)).toBeNull();
});
