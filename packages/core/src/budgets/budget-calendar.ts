import { localDaysOf } from '../figures/local-days.ts';
import type { BudgetPeriod } from './budget-limit.ts';

/** A stretch of time in Unix seconds; `endS` null: it never ends. */
export interface Span {
  startS: number;
  endS: number | null;
}

export type BudgetCalendar = (period: BudgetPeriod, nowS: number) => Span;

/** No day is longer than 26 hours, nor shorter than 22. */
const intoNextDayS = 26 * 3600;

/**
 * The days and months of a time zone, which begin at its midnight whatever its clocks do: a day may have 23 or
 * 25 hours. Throws RangeError if there is no such zone.
 */
export function budgetCalendarOf(zone: string): BudgetCalendar {
  const dayOf = localDaysOf(zone);
  const dayOfMonth = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    ...{ timeZone: zone, day: 'numeric' },
  });
  const isFirst = (startS: number) => dayOfMonth.format(startS * 1000) === '1';
  const nextDay = (startS: number) => dayOf(startS + intoNextDayS);
  const monthOf = (nowS: number): Span => {
    let startS = dayOf(nowS);
    let endS = nextDay(startS);
    while (!isFirst(startS)) startS = dayOf(startS - 1);
    while (!isFirst(endS)) endS = nextDay(endS);
    return { startS, endS };
  };
  return (period, nowS) => {
    switch (period) {
      case 'day': {
        const startS = dayOf(nowS);
        return { startS, endS: nextDay(startS) };
      }
      case 'month':
        return monthOf(nowS);
      case 'total':
        return { startS: 0, endS: null };
    }
  };
}
