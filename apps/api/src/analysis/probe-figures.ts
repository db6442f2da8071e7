import { type ErrorKind, percentileOf } from '@api-monitor/core';
import { addTotals, noProbes, type ProbeTotals } from '@api-monitor/db';
import type { ProbeFigures } from './analysis-schema.ts';

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
    ...percentilesOf(sum),
    errors,
    series: { ...seriesOf(byStep), errors: errors.map(({ kind }) => errorSeries(kind, byStep)) },
  };
}

function errorSeries(kind: ErrorKind, byStep: readonly ProbeTotals[]) {
  return { kind, counts: byStep.map(({ errors }) => errors[kind] ?? 0) };
}

function seriesOf(byStep: readonly ProbeTotals[]): Omit<ProbeFigures['series'], 'errors'> {
  const percentiles = byStep.map(percentilesOf);
  return {
    probes: byStep.map((totals) => totals.probes),
    successes: byStep.map((totals) => totals.successes),
    latency_p50_s: percentiles.map((it) => it.latency_p50_s),
    latency_p95_s: percentiles.map((it) => it.latency_p95_s),
    first_token_p50_s: percentiles.map((it) => it.first_token_p50_s),
    first_token_p95_s: percentiles.map((it) => it.first_token_p95_s),
  };
}

function percentilesOf({ durations, first_tokens }: ProbeTotals) {
  const at = (histogram: ProbeTotals['durations'], share: number) => {
    const seconds = percentileOf(histogram, share);
    return seconds === null ? null : Number(seconds.toFixed(4));
  };
  return {
    latency_p50_s: at(durations, 0.5),
    latency_p95_s: at(durations, 0.95),
    first_token_p50_s: at(first_tokens, 0.5),
    first_token_p95_s: at(first_tokens, 0.95),
  };
}

function errorsOf({ errors }: ProbeTotals): ProbeFigures['errors'] {
  const counted = Object.entries(errors) as [ErrorKind, number][];
  return counted.map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
}

/** Rounded down, so that 9,999 of 10,000 isn't 100 %. */
function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((10_000 * part) / whole) / 100;
}
