import { z } from 'zod';
import { clockTime, lastRun, nextRun } from './cron.ts';

/** Hours of the day, by the destination's clock, in which only critical notices come; they may span midnight. */
export const quietHoursShape = z
  .object({ from: clockTime, until: clockTime })
  .refine(({ from, until }) => from !== until, 'from and until must differ');
export type QuietHours = z.output<typeof quietHoursShape>;

/** When the quiet hours that contain this time end, in Unix seconds; null if it isn't in them. */
export function quietUntil(hours: QuietHours | null, zone: string, nowS: number): number | null {
  if (!hours) return null;
  const [begin, end] = [dailyAt(hours.from), dailyAt(hours.until)];
  const began = lastRun(begin, zone, nowS);
  const ended = lastRun(end, zone, nowS);
  if (began === null || (ended !== null && ended > began)) return null;
  return nextRun(end, zone, nowS);
}

function dailyAt(time: string): string {
  const [hour, minute] = time.split(':').map(Number);
  return `${minute} ${hour} * * *`;
}
