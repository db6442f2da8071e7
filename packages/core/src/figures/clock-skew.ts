/** By how much the clocks of two hosts may differ. */
export const clockSkewS = 60;

/**
 * Whether `periodS` seconds have passed since a moment (Unix seconds, as is `nowS`). One in the future is
 * the word of a clock that was wrong, here or on another host, and holds nothing up.
 */
export function hasPassed(periodS: number, since: number, nowS: number): boolean {
  return nowS - since >= periodS || isAhead(since, nowS);
}

/** Whether a moment lies further ahead than clocks may differ. */
export function isAhead(moment: number, nowS: number): boolean {
  return moment > nowS + clockSkewS;
}
