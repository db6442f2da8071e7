import { percentOf } from '@api-monitor/core';
import type { Analysis, Figures, NamedFigures } from '../src/analysis/figures.ts';

/**
 * The analysis of a channel as it would be after weeks: what was measured while the pictures were
 * taken, spread over the range in waves. Only for pictures.
 */
export function spreadOverRange<T extends Analysis>(measured: T): T {
  const items = measured.items.map((item, index) => spread(item, measured.steps.length, index));
  const probes = sumOfEach(items, (item) => item.series.probes);
  const successes = sumOfEach(items, (item) => item.series.successes);
  const { series } = spread(measured.total, measured.steps.length, 0);
  const total = counted(measured.total, { ...series, probes, successes });
  return { ...measured, items, total };
}

function spread<T extends Figures>(item: T, count: number, seed: number): T {
  const steps = Array.from({ length: count }, (_, step) => step);
  const wave = (step: number) =>
    1 + 0.25 * Math.sin((step + seed * 3) / 4) + 0.12 * Math.sin(step * 2.3 + seed);
  const isDown = (step: number) => (step * 7 + seed * 5) % 53 < 2;
  const share = (item.availability ?? 0) / 100;
  const probes = steps.map(() => 12);
  const successes = steps.map((step) =>
    isDown(step) ? 4 : share > 0.9 ? 12 : Math.round(12 * share),
  );
  const times = (value: number | null) =>
    steps.map((step) => (value === null ? null : value * wave(step)));
  return counted(item, {
    probes,
    successes,
    wrong_answers: steps.map(() => 0),
    latency_p50_s: times(item.latency_p50_s),
    latency_p95_s: times(item.latency_p95_s),
    first_token_p50_s: times(item.first_token_p50_s),
    first_token_p95_s: times(item.first_token_p95_s),
  });
}

/** The totals, added up from the steps. */
function counted<T extends Figures>(
  item: T,
  series: Omit<Figures['series'], 'errors' | 'availability'>,
): T {
  const probes = sumOf(series.probes);
  const successes = sumOf(series.successes);
  const failures = series.probes.map((count, step) => count - (series.successes[step] ?? 0));
  const availability = series.probes.map((count, step) =>
    percentOf(series.successes[step] ?? 0, count),
  );
  const errors = errorsOf(item, failures);
  return {
    ...item,
    probes,
    successes,
    availability: percentOf(successes, probes),
    errors: errors.map(({ kind, counts }) => ({ kind, count: sumOf(counts) })),
    series: { ...series, availability, errors },
  };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function sumOfEach(items: readonly NamedFigures[], of: (item: NamedFigures) => number[]): number[] {
  return (items[0] ? of(items[0]) : []).map((_, step) =>
    items.reduce((total, item) => total + (of(item)[step] ?? 0), 0),
  );
}

/** The failures of each step, distributed over the kinds that were measured. */
function errorsOf({ errors }: Figures, failures: readonly number[]): Figures['series']['errors'] {
  return errors.map(({ kind }, index) => ({
    kind,
    counts: failures.map((count, step) =>
      Math.floor((count + ((step + index) % errors.length)) / errors.length),
    ),
  }));
}
