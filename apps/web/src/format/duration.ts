import type { Translator } from '../i18n/translate.ts';

/** How long an exchange took: `420 ms`, `1.24 s`, `12.3 s`, `134 s`. An em dash if it is unknown. */
export function formatLatency(seconds: number | null): string {
  if (seconds === null) return '—';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  return `${Math.round(seconds)} s`;
}

/** Output tokens per second: `58 tok/s`, `4.2 tok/s`; an em dash if unknown. */
export function formatRate(tokensPerSecond: number | null): string {
  if (tokensPerSecond === null) return '—';
  return `${tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : Math.round(tokensPerSecond)} tok/s`;
}

/** A duration in one unit: `3 min`, `5 h`, `2 d`. At least a minute. */
export function formatSpan(seconds: number, { t }: Translator): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return t('time.minutes', { n: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? t('time.hours', { n: hours }) : t('time.days', { n: Math.round(hours / 24) });
}

/**
 * Percent with at most one decimal: `97.9%`, `100%`; an em dash if nothing was measured. Whatever is less
 * than 100 never reads as 100.
 */
export function formatPercent(percent: number | null): string {
  return percent === null ? '—' : `${roundBelow100(percent, 1)}%`;
}

/** Percent of a long time, with up to two decimals: `99.98%`. */
export function formatUptime(percent: number): string {
  return `${roundBelow100(percent, 2)}%`;
}

function roundBelow100(percent: number, decimals: number): number {
  const rounded = Number(percent.toFixed(decimals));
  return percent < 100 ? Math.min(rounded, 100 - 10 ** -decimals) : rounded;
}
