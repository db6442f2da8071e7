import type { Translator } from '../i18n/translate.ts';

const steps: readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** `3 minutes ago`, in the reader's words; `just now` within the first minute. Unix seconds. */
export function formatAgo(timeS: number, nowS: number, { t, formats }: Translator): string {
  const elapsedS = Math.max(0, nowS - timeS);
  const step = steps.find(([, seconds]) => elapsedS >= seconds);
  if (!step) return t('time.now');
  const count = -Math.floor(elapsedS / step[1]);
  return formats.relative.format(count, step[0]);
}

/** As `formatAgo`, but to the second within the first minute: `12 s ago`. */
export function formatSecondsAgo(timeS: number, nowS: number, translator: Translator): string {
  const elapsedS = Math.max(1, Math.floor(nowS - timeS));
  if (elapsedS >= 60) return formatAgo(timeS, nowS, translator);
  return translator.t('time.seconds_ago', { n: elapsedS });
}

/** `in 12 min`; seconds only within the last minute, so that countdowns rarely change. Null if it has passed. */
export function formatUntil(timeS: number, nowS: number, { t }: Translator): string | null {
  const leftS = Math.ceil(timeS - nowS);
  if (leftS <= 0) return null;
  if (leftS < 60) return t('time.in_seconds', { n: leftS });
  if (leftS < 5400) return t('time.in_minutes', { n: Math.round(leftS / 60) });
  return t('time.in_hours', { n: Math.round(leftS / 3600) });
}

/** Date and time to the second in the reader's zone, with the zone named. */
export function formatExactTime(timeS: number, { formats }: Translator): string {
  return formats.exact.format(timeS * 1000);
}

/** Day, hour and minute: `Nov 25, 22:31`, in the reader's zone and words. */
export function formatMoment(timeS: number, { formats }: Translator): string {
  return formats.moment.format(timeS * 1000);
}

/** Hour, minute and second, for events that come many times a minute. */
export function formatSeconds(timeS: number, { formats }: Translator): string {
  return formats.seconds.format(timeS * 1000);
}

/** The UTC day that starts at this time: `Nov 25`. */
export function formatUtcDay(timeS: number, { formats }: Translator): string {
  return formats.utcDay.format(timeS * 1000);
}

/** The day that starts at this time in the reader's zone: `Nov 25`. */
export function formatDay(timeS: number, { formats }: Translator): string {
  return formats.day.format(timeS * 1000);
}

/** The reader's time zone, by its name. */
export function readerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** A day of the reader's zone as `2026-11-25`, for files. */
export function isoDay(timeS: number): string {
  // Sweden writes dates so.
  return new Intl.DateTimeFormat('sv-SE').format(timeS * 1000);
}

/** Hour and minute, for a time of today. */
export function formatClock(timeS: number, { formats }: Translator): string {
  return formats.clock.format(timeS * 1000);
}
