/** Seconds to the millisecond: more digits would only make ten thousand histories longer. */
export function roundToMs(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
