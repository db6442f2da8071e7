import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import {
  type Availability,
  availabilityOfAny,
  type ErrorKind,
  histogramAccuracy,
  percentileOf,
  percentOf,
  recordOf,
  sumAvailability,
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
    const figures = probeFigures(periods, cut.steps, (step) => totalsAt(periods, step));
    items.push({ target_id, target_name, model, protocol, ...figures });
  }
  // A channel's models are counted together, but one channel is enough to serve a model.
  const isService = asked.model !== undefined;
  const figures = probeFigures(total, cut.steps, (step) =>
    isService ? serviceAt(series, step) : totalsAt(total, step),
  );
  return { range, ...cut, accuracy: histogramAccuracy, total: figures, items };
}

function addPeriods(total: Map<number, ProbeTotals>, { periods }: ProbeSeries): void {
  for (const [start, totals] of periods) {
    const sum = total.get(start) ?? noProbes();
    addTotals(sum, totals);
    total.set(start, sum);
  }
}

function totalsAt(periods: ReadonlyMap<number, ProbeTotals>, step: number): ProbeTotals {
  return periods.get(step) ?? noProbes();
}

function serviceAt(series: readonly ProbeSeries[], step: number): Availability {
  return availabilityOfAny(series.flatMap(({ periods }) => periods.get(step) ?? []));
}

/** The figures of a range, in total and for each step. Percentiles are those of successful probes. */
function probeFigures(
  periods: ReadonlyMap<number, ProbeTotals>,
  steps: readonly number[],
  availabilityAt: (step: number) => Availability,
): ProbeFigures {
  const byStep = steps.map((step) => totalsAt(periods, step));
  const availability = steps.map(availabilityAt);
  const sum = noProbes();
  for (const totals of byStep) addTotals(sum, totals);
  const errors = errorsOf(sum);
  return {
    probes: sum.probes,
    successes: sum.successes,
    wrong_answers: sum.wrong_answers,
    availability: percentAvailable(sumAvailability(availability)),
    ...recordOf(percentileNames, (name) => percentileReaders[name](sum)),
    errors,
    series: {
      probes: byStep.map((totals) => totals.probes),
      successes: byStep.map((totals) => totals.successes),
      wrong_answers: byStep.map((totals) => totals.wrong_answers),
      availability: availability.map(percentAvailable),
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

function percentAvailable({ served_s, watched_s }: Availability): number | null {
  return percentOf(served_s, watched_s);
}
