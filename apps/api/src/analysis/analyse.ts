import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import {
  type ErrorKind,
  histogramAccuracy,
  percentileOf,
  percentOf,
  recordOf,
} from '@api-monitor/core';
import {
  addTotals,
  type Database,
  noProbes,
  type ProbeSeries,
  type ProbeTotals,
  readProbeSeries,
} from '@api-monitor/db';
import { type AnalysisRange, stepsOf } from './analysis-range.ts';
import { type Analysis, type ProbeFigures, percentileNames } from './analysis-schema.ts';

export interface Analysed {
  range: AnalysisRange;
  nowS: number;
  target_id?: number;
  model?: string;
  /** The channels' names by id; probes of other channels are left out. */
  names: ReadonlyMap<number, string>;
}

/** Series that are worked out before other work gets its turn. */
const seriesPerTurn = 20;

/** The figures of a channel's models, or of a model's channels, over a range, from stored sums alone. */
export async function analyse(db: Database, asked: Analysed): Promise<Analysis> {
  const { range, nowS, names, ...of } = asked;
  const { period, ...cut } = stepsOf(range, nowS);
  const found = await readProbeSeries(db, { ...of, period, from: cut.from });
  const series = found.filter(({ target_id }) => names.has(target_id));
  const total = new Map<number, ProbeTotals>();
  const items: Analysis['items'] = [];
  for (const [index, one] of series.entries()) {
    if (index % seriesPerTurn === seriesPerTurn - 1) await yieldToEventLoop();
    addPeriods(total, one);
    const { target_id, model, protocol, periods } = one;
    const target_name = names.get(target_id) ?? '';
    const figures = probeFigures(periods, cut.steps);
    items.push({ target_id, target_name, model, protocol, ...figures });
  }
  const figures = probeFigures(total, cut.steps);
  return { range, ...cut, accuracy: histogramAccuracy, total: figures, items };
}

function addPeriods(total: Map<number, ProbeTotals>, { periods }: ProbeSeries): void {
  for (const [start, totals] of periods) {
    const sum = total.get(start) ?? noProbes();
    addTotals(sum, totals);
    total.set(start, sum);
  }
}

/** The figures of a range, in total and for each step. Percentiles are those of successful probes. */
function probeFigures(
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
