import { secondsPerDay } from '../status/status-history.ts';

/** Whether this names a time zone: `Europe/Berlin`, or an offset such as `+05:30`. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/**
 * The days of a time zone: returns the start of the day that contains a time, in Unix seconds. A day begins
 * at its midnight, or at its first moment if the clocks skip midnight, and may have 23 or 25 hours. Throws
 * RangeError if there is no such zone.
 */
export function localDaysOf(zone: string): (timeS: number) => number {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  /** What the clocks show, as if it were UTC. */
  const shownAt = (timeS: number): number => {
    const shown: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(timeS * 1000)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    const dayNumber = dayNumberOf(year, month, day);
    return dayNumber * secondsPerDay + hour * 3600 + minute * 60 + second;
  };
  const dateAt = (timeS: number) => Math.floor(shownAt(timeS) / secondsPerDay);
  // Most questions are about the day of the one before.
  let known = { start: 0, end: 0 };
  return (timeS) => {
    if (timeS >= known.start && timeS < known.end) return known.start;
    const wholeS = Math.floor(timeS);
    const date = dateAt(wholeS);
    const midnight = date * secondsPerDay;
    // By the clocks of a day before and of a day after, between which they may change.
    const near = [wholeS, midnight - secondsPerDay, midnight + secondsPerDay];
    const candidates = near.map((at) => midnight - (shownAt(at) - at)).sort((a, b) => a - b);
    const start = candidates.find((at) => dateAt(at) === date && dateAt(at - 1) !== date) ?? wholeS;
    // No day is shorter than 22 hours.
    known = { start, end: Math.max(start, start + 22 * 3600) };
    return start;
  };
}

/** Days since 1970-01-01. Source: https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
export function dayNumberOf(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - 719_468;
}
