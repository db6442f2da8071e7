/**
 * The lengths of period that probes are summed up by, and for how long each sum is kept. A longer view
 * has coarser steps, so that it reads about as many sums as a short one.
 */
export const probePeriods = {
  hour: { lengthS: 3600, keptS: 2 * 86_400 },
  quarterDay: { lengthS: 6 * 3600, keptS: 9 * 86_400 },
  day: { lengthS: 86_400, keptS: 400 * 86_400 },
} as const;

export type ProbePeriod = keyof typeof probePeriods;

/** The start of the period that a time (Unix seconds) lies in. */
export function periodStart(timeS: number, lengthS: number): number {
  return Math.floor(timeS / lengthS) * lengthS;
}
