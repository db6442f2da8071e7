export interface CalendarPeriod {
  id: number;
  name: string;
  from: number;
  until: number;
}

export interface CalendarDay {
  /** The day's start in the reader's zone, in Unix seconds. */
  at: number;
  day: number;
  isInMonth: boolean;
  isToday: boolean;
  periods: CalendarPeriod[];
}

/** The first and the last second that the grid of a month shows, in the reader's zone. */
export function monthSpan(year: number, month: number): { from: number; until: number } {
  const start = firstShown(year, month);
  return { from: secondsOf(dayAt(start, 0)), until: secondsOf(dayAt(start, shownDays)) };
}

const shownDays = 42;

/** Six weeks from a Monday, with what takes place on each day. `month` counts from 0. */
export function monthGrid(
  { year, month }: { year: number; month: number },
  periods: readonly CalendarPeriod[],
  nowS: number,
): CalendarDay[] {
  const start = firstShown(year, month);
  return Array.from({ length: shownDays }, (_, index) => {
    const date = dayAt(start, index);
    // Of 23 or 25 hours when the clocks change.
    const [at, end] = [secondsOf(date), secondsOf(dayAt(start, index + 1))];
    return {
      at,
      day: date.getDate(),
      isInMonth: date.getMonth() === month,
      isToday: at <= nowS && nowS < end,
      periods: periods.filter(({ from, until }) => from < end && until > at),
    };
  });
}

function firstShown(year: number, month: number): Date {
  const first = new Date(year, month, 1);
  return dayAt(first, -((first.getDay() + 6) % 7));
}

function dayAt(start: Date, days: number): Date {
  return new Date(start.getFullYear(), start.getMonth(), start.getDate() + days);
}

function secondsOf(date: Date): number {
  return date.getTime() / 1000;
}
