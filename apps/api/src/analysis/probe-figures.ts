import { type ErrorKind, percentileOf, recordOf } from '@api-monitor/core';
import { addTotals, noProbes, type ProbeTotals } from '@api-monitor/db';
import { type ProbeFigures, percentileNames } from './analysis-schema.ts';

/** The figures of a range, in total and for each step. Percentiles are those of successful probes. */
export function probeFigures(
  periods: ReadonlyMap<number, ProbeTotals>,
  steps: readonly number[],
): ProbeFigures {
  const byStep = steps.map((step) => periods.get(step) ?? noProbes());
  const sum = noProbes();
  for (const totals of byStep) addTotals(sum, totals);
  const errors = errorsOf(sum);
  return {
    probes: sum.probes,
    successes: sum.successes,
    availability: percentOf(sum.successes, sum.probes),
    ...recordOf(percentileNames, (name) => percentileReaders[name](sum)),
    errors,
    series: {
      probes: byStep.map((totals) => totals.probes),
      successes: byStep.map((totals) => totals.successes),
      ...recordOf(percentileNames, (name) => byStep.map(percentileReaders[name])),
      errors: errors.map(({ kind }) => ({
        kind,
        counts: byStep.map((totals) => totals.errors[kind] ?? 0),
      })),
    },
  };
}

const percentileReaders: Record<
  (typeof percentileNames)[number],
  (totals: ProbeTotals) => number | null
> = {
  latency_p50_s: ({ durations }) => secondsAt(durations, 0.5),
  latency_p95_s: ({ durations }) => secondsAt(durations, 0.95),
  first_token_p50_s: ({ first_tokens }) => secondsAt(first_tokens, 0.5),
  first_token_p95_s: ({ first_tokens }) => secondsAt(first_tokens, 0.95),
};

function secondsAt(histogram: ProbeTotals['durations'], share: number): number | null {
  const seconds = percentileOf(histogram, share);
  return seconds === null ? null : Number(seconds.toFixed(4));
}

function errorsOf({ errors }: ProbeTotals): ProbeFigures['errors'] {
  const counted = Object.entries(errors) as [ErrorKind, number][];
  return counted.map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
}

/** Rounded down, so that 9,999 of 10,000 isn't 100 %. */
function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((10_000 * part) / whole) / 100;
}
