/** By how much the clocks of two hosts may differ. */
export const clockSkewS = 60;

/**
 * Whether `periodS` seconds have passed since a time in Unix seconds. A time in the future comes from a
 * wrong clock, here or on another host, and delays nothing.
 */
export function hasPassed(periodS: number, since: number, nowS: number): boolean {
  return nowS - since >= periodS || isAhead(since, nowS);
}

/** Whether a time is further in the future than clock skew explains. */
export function isAhead(moment: number, nowS: number): boolean {
  return moment > nowS + clockSkewS;
}
