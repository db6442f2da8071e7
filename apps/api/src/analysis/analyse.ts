import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { histogramAccuracy } from '@api-monitor/core';
import {
  addTotals,
  type Database,
  noProbes,
  type ProbeSeries,
  type ProbeTotals,
  readProbeSeries,
} from '@api-monitor/db';
import { type AnalysisRange, stepsOf } from './analysis-range.ts';
import type { Analysis } from './analysis-schema.ts';
import { probeFigures } from './probe-figures.ts';

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
