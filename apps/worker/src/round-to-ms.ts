/** Rounds seconds to milliseconds, so that the stored history doesn't get larger than needed. */
export function roundToMs(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
