import type { Outcome } from '../outcome.ts';

export const retryPolicy = {
  firstDelayS: 1,
  /** Also if a vendor asks to wait longer. */
  longestDelayS: 3600,
  /** After this long the news is old: the delivery has failed. */
  giveUpAfterS: 24 * 3600,
} as const;

export interface Attempts {
  /** How many were made, the last one included. */
  count: number;
  /** When the first began, in Unix seconds. */
  firstAtS: number;
}

/**
 * When to try again, in Unix seconds; null: never. After 1 s, then twice as long each time up to an hour, and
 * no earlier than the vendor asks, until a day after the first attempt. Each attempt carries the same
 * idempotency key, so that a receiver can tell a repetition from news.
 */
export function nextAttemptAt(outcome: Outcome, attempts: Attempts, nowS: number): number | null {
  if (outcome.kind !== 'retry') return null;
  const { firstDelayS, longestDelayS, giveUpAfterS } = retryPolicy;
  const backoffS = firstDelayS * 2 ** Math.min(attempts.count - 1, 32);
  const delayS = Math.min(Math.max(backoffS, outcome.retryAfterS ?? 0), longestDelayS);
  const at = nowS + delayS;
  return at > attempts.firstAtS + giveUpAfterS ? null : at;
}
