import type { PublicState } from './status-history.ts';

/** Percent with two decimals, rounded down, so that one failure never shows as 100 %; null if `whole` is 0. */
export function percentOf(part: number, whole: number): number | null {
  // Sums of fractions may be a hair below the true value.
  return whole === 0 ? null : Math.floor((10_000 * part) / whole + 1e-6) / 100;
}

/** How an uptime in percent is shown: up to 1 % of failures is good, and more than 10 % is bad. */
export function stateOfUptime(uptime: number | null): PublicState {
  if (uptime === null) return 'unknown';
  if (uptime >= 99) return 'operational';
  return uptime >= 90 ? 'degraded' : 'outage';
}
