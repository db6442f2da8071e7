import { Cron } from 'croner';
import { z } from 'zod';

/** A time of the day, such as 22:30. */
export const clockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 22:30');

/** What is wrong with a cron expression; null if nothing is. */
export function faultOfCron(text: string): string | null {
  try {
    return open(text, 'UTC').nextRun(isoOf(0)) ? null : 'must name a date that exists';
  } catch {
    return 'must be five fields: minute, hour, day, month, weekday';
  }
}

/** When a cron expression last came due, at this time or before; null if never. Times are Unix seconds. */
export function lastRun(text: string, zone: string, nowS: number): number | null {
  const [run] = open(text, zone).previousRuns(1, isoOf(Math.floor(nowS) + 1));
  return run ? run.getTime() / 1000 : null;
}

/** When it comes due next, after this time; null if never. */
export function nextRun(text: string, zone: string, nowS: number): number | null {
  const run = open(text, zone).nextRun(isoOf(nowS));
  return run ? run.getTime() / 1000 : null;
}

/** croner would also take a date, or seconds as a sixth field. */
function open(text: string, timezone: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) throw new TypeError('a cron expression has five fields');
  return new Cron(fields.join(' '), { timezone, mode: '5-part' });
}

const utc = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'UTC',
  dateStyle: 'short',
  timeStyle: 'medium',
});

/** As ISO 8601. */
function isoOf(timeS: number): string {
  return `${utc.format(timeS * 1000).replace(' ', 'T')}Z`;
}
