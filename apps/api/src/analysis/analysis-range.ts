import { type ProbePeriod, probePeriods } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';

export const analysisRanges = ['24h', '7d', '30d', '90d'] as const;
export type AnalysisRange = (typeof analysisRanges)[number];

export const rangeQuery = z
  .enum(analysisRanges)
  .default('24h')
  .openapi({ description: 'steps of an hour, of 6 hours for 7d, of a UTC day for 30d and 90d' });

const plans: Record<AnalysisRange, { period: ProbePeriod; steps: number }> = {
  '24h': { period: 'hour', steps: 24 },
  '7d': { period: 'quarterDay', steps: 28 },
  '30d': { period: 'day', steps: 30 },
  '90d': { period: 'day', steps: 90 },
};

/** A range cut into whole periods, of which the last one hasn't ended. Times are Unix seconds. */
export interface RangeSteps {
  period: ProbePeriod;
  step_s: number;
  from: number;
  to: number;
  /** The start of each step. */
  steps: number[];
}

export function stepsOf(range: AnalysisRange, nowS: number): RangeSteps {
  const { period, steps: count } = plans[range];
  const step_s = probePeriods[period].lengthS;
  const from = (Math.floor(nowS / step_s) - count + 1) * step_s;
  const steps = Array.from({ length: count }, (_, index) => from + index * step_s);
  return { period, step_s, from, to: nowS, steps };
}
