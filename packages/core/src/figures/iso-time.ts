import { dayNumberOf } from './local-days.ts';

const isoTime =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(?:Z|([+-])(\d\d):?(\d\d))?$/i;

/** A time in ISO 8601 as Unix seconds, in UTC if it names no zone; null if it isn't one. */
export function secondsOfIsoTime(text: string): number | null {
  const [match, ...parts] = isoTime.exec(text.trim()) ?? [];
  if (match === undefined) return null;
  const [year, month, day, hour, minute, second] = parts.map((part) => Number(part ?? 0));
  const date = dayNumberOf(year ?? 0, month ?? 1, day ?? 1) * 86_400;
  const time = (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0);
  const [sign, hours, minutes] = parts.slice(6);
  const offset = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60;
  return date + time - (sign === '-' ? -offset : offset);
}
