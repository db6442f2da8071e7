import { expect, test } from 'vitest';
import { budgetCalendarOf } from './budget-calendar.ts';

const at = (text: string) => Date.parse(text) / 1000;
const spanOf = (zone: string, period: 'day' | 'month' | 'total', now: string) => {
  const { startS, endS } = budgetCalendarOf(zone)(period, at(now));
  const text = (timeS: number) => new Date(timeS * 1000).toISOString().replace(':00.000Z', 'Z');
  return [text(startS), endS === null ? null : text(endS)];
};

test.each([
  ['UTC', 'day', '2026-11-28T23:59:59Z', '2026-11-28T00:00Z', '2026-11-29T00:00Z'],
  ['Asia/Shanghai', 'day', '2026-11-28T16:00:00Z', '2026-11-28T16:00Z', '2026-11-29T16:00Z'],
  ['Asia/Kathmandu', 'day', '2026-11-28T18:14:59Z', '2026-11-27T18:15Z', '2026-11-28T18:15Z'],
  // The clocks go forward, and back.
  ['Europe/Berlin', 'day', '2026-03-29T12:00:00Z', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  ['Europe/Berlin', 'day', '2026-10-25T22:30:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  // They skip midnight.
  ['America/Santiago', 'day', '2026-09-06T12:00:00Z', '2026-09-06T04:00Z', '2026-09-07T03:00Z'],
  ['UTC', 'month', '2026-02-28T23:59:59Z', '2026-02-01T00:00Z', '2026-03-01T00:00Z'],
  ['UTC', 'month', '2028-02-29T12:00:00Z', '2028-02-01T00:00Z', '2028-03-01T00:00Z'],
  ['America/New_York', 'month', '2026-11-01T03:59:59Z', '2026-10-01T04:00Z', '2026-11-01T04:00Z'],
  ['America/New_York', 'month', '2026-11-01T04:00:00Z', '2026-11-01T04:00Z', '2026-12-01T05:00Z'],
  ['Pacific/Kiritimati', 'month', '2026-12-31T10:00:00Z', '2026-12-31T10:00Z', '2027-01-31T10:00Z'],
  ['+05:30', 'month', '2026-06-15T00:00:00Z', '2026-05-31T18:30Z', '2026-06-30T18:30Z'],
] as const)('%s: the %s of %s', (zone, period, now, start, end) => {
  expect(spanOf(zone, period, now)).toEqual([start, end]);
});

test('a total never ends', () => {
  expect(budgetCalendarOf('UTC')('total', at('2026-11-28T00:00:00Z'))).toEqual({
    ...{ startS: 0, endS: null },
  });
});

test('every moment of a year is in one day and one month, without gaps', () => {
  const calendar = budgetCalendarOf('Europe/London');
  for (const period of ['day', 'month'] as const) {
    let { startS, endS } = calendar(period, at('2026-01-01T00:00:00Z'));
    let count = 0;
    for (; endS !== null && startS < at('2027-01-01T00:00:00Z'); count += 1) {
      expect(calendar(period, endS - 1)).toEqual({ startS, endS });
      ({ startS, endS } = calendar(period, endS));
    }
    expect(count).toBe(period === 'day' ? 365 : 12);
  }
});
