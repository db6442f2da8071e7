import { expect, test } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const at = (iso: string) => Date.parse(iso) / 1000;
const night = { from: '22:00', until: '07:00' };
const until = (hours: typeof night, iso: string, zone = 'Europe/Berlin') => {
  const end = quietUntil(hours, zone, at(iso));
  return end === null ? null : new Date(end * 1000).toISOString().slice(0, 16);
};

test('a night spans midnight, by the clocks of its zone', () => {
  expect(until(night, '2026-12-05T20:59Z')).toBeNull();
  expect(until(night, '2026-12-05T21:00Z')).toBe('2026-12-06T06:00');
  expect(until(night, '2026-12-06T05:59Z')).toBe('2026-12-06T06:00');
  expect(until(night, '2026-12-06T06:00Z')).toBeNull();
  expect(until(night, '2026-12-05T15:00Z', 'Asia/Shanghai')).toBe('2026-12-05T23:00');
});

test('hours within a day end the same day', () => {
  const noon = { from: '12:00', until: '13:30' };
  expect(until(noon, '2026-12-05T11:30Z')).toBe('2026-12-05T12:30');
  expect(until(noon, '2026-12-05T12:30Z')).toBeNull();
});

test('the night in which the clocks change ends at the same hour', () => {
  expect(until(night, '2026-03-28T23:00Z')).toBe('2026-03-29T05:00');
  expect(until(night, '2026-10-24T23:00Z')).toBe('2026-10-25T06:00');
});

test('without quiet hours nothing is held back', () => {
  expect(quietUntil(null, 'UTC', 0)).toBeNull();
});
