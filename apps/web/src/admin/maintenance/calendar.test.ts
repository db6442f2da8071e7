import { expect, test } from 'vitest';
import { monthGrid, monthSpan } from './calendar.ts';

const at = (day: number, hour = 0) => new Date(2026, 10, day, hour).getTime() / 1000;
const november = { year: 2026, month: 10 };

test('a month has six weeks from a Monday', () => {
  const days = monthGrid(november, [], at(28, 12));
  expect(days).toHaveLength(42);
  expect(days[0]).toMatchObject({ day: 26, isInMonth: false });
  expect(days[6]).toMatchObject({ day: 1, isInMonth: true, at: at(1) });
  expect(days.filter(({ isToday }) => isToday).map(({ day }) => day)).toEqual([28]);
  expect(monthSpan(2026, 10)).toEqual({ from: at(-5), until: at(37) });
});

test('what spans midnight is on both days, and what ends at midnight is not', () => {
  const period = { id: 1, name: 'Night', from: at(3, 22), until: at(4, 2) };
  const evening = { id: 2, name: 'Evening', from: at(4, 20), until: at(5) };
  const days = monthGrid(november, [period, evening], at(1)).filter(
    (one) => one.periods.length > 0,
  );
  expect(days.map(({ day, periods }) => [day, periods.map(({ name }) => name)])).toEqual([
    [3, ['Night']],
    [4, ['Night', 'Evening']],
  ]);
});
