import { expect, test } from 'vitest';
import { isTimeZone, localDaysOf } from './local-days.ts';

const at = (text: string) => Date.parse(text) / 1000;
const shown = (timeS: number) => new Date(timeS * 1000).toISOString().slice(0, 16);

test.each([
  ['UTC', '2026-11-25T00:00Z', '2026-11-25T00:00'],
  ['UTC', '2026-11-25T23:59:59.9Z', '2026-11-25T00:00'],
  ['Asia/Shanghai', '2026-11-25T15:59Z', '2026-11-24T16:00'],
  ['Asia/Shanghai', '2026-11-25T16:00Z', '2026-11-25T16:00'],
  ['Asia/Kolkata', '2026-11-25T18:29Z', '2026-11-24T18:30'],
  ['Asia/Kolkata', '2026-11-25T18:30Z', '2026-11-25T18:30'],
  ['Asia/Kathmandu', '2026-11-25T18:15Z', '2026-11-25T18:15'],
  ['+05:30', '2026-11-25T18:30Z', '2026-11-25T18:30'],
  ['-03:30', '2026-11-25T03:30Z', '2026-11-25T03:30'],
  // Clocks go forward and back in Berlin at 01:00 UTC.
  ['Europe/Berlin', '2026-03-29T12:00Z', '2026-03-28T23:00'],
  ['Europe/Berlin', '2026-03-30T12:00Z', '2026-03-29T22:00'],
  ['Europe/Berlin', '2026-10-25T22:59Z', '2026-10-24T22:00'],
  ['Europe/Berlin', '2026-10-25T23:00Z', '2026-10-25T23:00'],
  // In Beirut midnight is skipped: the day begins at 01:00.
  ['Asia/Beirut', '2024-03-31T10:00Z', '2024-03-30T22:00'],
  ['Asia/Beirut', '2024-03-30T21:59Z', '2024-03-29T22:00'],
  // At midnight in Beirut the clocks go back to 23:00, so the day before has 25 hours.
  ['Asia/Beirut', '2024-10-26T21:30Z', '2024-10-25T21:00'],
  ['Asia/Beirut', '2024-10-26T22:00Z', '2024-10-26T22:00'],
  // In Havana they go back from 01:00, so midnight comes twice.
  ['America/Havana', '2024-11-03T05:30Z', '2024-11-03T04:00'],
  // Lord Howe Island's clocks change by half an hour.
  ['Australia/Lord_Howe', '2026-04-05T12:00Z', '2026-04-04T13:00'],
  ['Australia/Lord_Howe', '2026-04-06T12:00Z', '2026-04-05T13:30'],
])('in %s, %s is in the day that begins at %s', (zone, time, start) => {
  expect(shown(localDaysOf(zone)(at(time)))).toBe(start);
});

test('the days of a year follow one another without a gap', () => {
  for (const zone of ['America/New_York', 'Asia/Beirut', 'America/Havana', 'Australia/Lord_Howe']) {
    const dayOf = localDaysOf(zone);
    let start = dayOf(at('2025-01-01T12:00Z'));
    for (let n = 0; n < 365; n += 1) {
      const lengths = [22.5, 23, 23.5, 24, 24.5, 25, 25.5].map((hours) => hours * 3600);
      const next = lengths.map((length) => start + length).find((time) => dayOf(time) === time);
      expect(next, `${zone} ${shown(start)}`).toBeDefined();
      expect(dayOf((next ?? 0) - 1)).toBe(start);
      start = next ?? 0;
    }
  }
});

test('a zone is a name or an offset', () => {
  expect(['UTC', 'Asia/Kolkata', '+05:45', '-11:00'].map(isTimeZone)).toEqual(Array(4).fill(true));
  expect(['', 'Mars/Olympus', '+5h', 'UTC; drop'].map(isTimeZone)).toEqual(Array(4).fill(false));
});
