import {
  addHistogram,
  countValue,
  type ErrorKind,
  type Histogram,
  isSkipped,
  type ProbeResult,
  type WireProtocol,
} from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';

/**
 * The lengths of the periods that probes are summed by, and how long each sum is kept. A longer view has
 * coarser steps, so that it reads about as many sums as a short one.
 */
export const probePeriods = {
  hour: { lengthS: 3600, keptS: 2 * 86_400 },
  quarterDay: { lengthS: 6 * 3600, keptS: 9 * 86_400 },
  day: { lengthS: 86_400, keptS: 400 * 86_400 },
} as const;

export type ProbePeriod = keyof typeof probePeriods;

/** The start of the period that contains a time (Unix seconds). */
export function periodStart(timeS: number, lengthS: number): number {
  return Math.floor(timeS / lengthS) * lengthS;
}

/** The sums of a number of probes. */
export interface ProbeTotals {
  probes: number;
  successes: number;
  /** Of those that passed. */
  durations: Histogram;
  /** Of those that passed and streamed. */
  first_tokens: Histogram;
  errors: Partial<Record<ErrorKind, number>>;
}

type CountedProbe = Pick<ProbeResult, 'success' | 'duration' | 'first_token_s' | 'error_kind'>;

export function noProbes(): ProbeTotals {
  return { probes: 0, successes: 0, durations: {}, first_tokens: {}, errors: {} };
}

/** Counts one more probe. */
function countProbe(totals: ProbeTotals, probe: CountedProbe): void {
  totals.probes += 1;
  if (probe.success) {
    totals.successes += 1;
    countValue(totals.durations, probe.duration);
    if (probe.first_token_s !== null) countValue(totals.first_tokens, probe.first_token_s);
  } else {
    const kind = probe.error_kind ?? 'upstream';
    totals.errors[kind] = (totals.errors[kind] ?? 0) + 1;
  }
}

/** Adds `other` to `totals`. */
export function addTotals(totals: ProbeTotals, other: ProbeTotals): void {
  totals.probes += other.probes;
  totals.successes += other.successes;
  addHistogram(totals.durations, other.durations);
  addHistogram(totals.first_tokens, other.first_tokens);
  for (const [kind, count] of Object.entries(other.errors) as [ErrorKind, number][]) {
    totals.errors[kind] = (totals.errors[kind] ?? 0) + count;
  }
}

/** The sums of the probes of one model within one period; skipped ones don't count. */
export interface PeriodTotals extends ProbeTotals {
  /** How long the period is: one of `probePeriods`. */
  period_s: number;
  /** The period's start, a whole multiple of its length (days are those of UTC). */
  starts_at: number;
  model: string;
  protocol: WireProtocol;
}

export const periodTotalsCodec = createCodec<PeriodTotals>({
  period_s: 'number',
  starts_at: 'number',
  model: 'text',
  protocol: 'text',
  probes: 'number',
  successes: 'number',
  durations: 'json',
  first_tokens: 'json',
  errors: 'json',
});

/** The sums of one target, by `keyOfPeriod`. */
export type TotalsByPeriod = Map<string, PeriodTotals>;

type SummedProbe = CountedProbe & Pick<ProbeResult, 'model' | 'protocol' | 'timestamp'>;

export function keyOfPeriod(one: Pick<PeriodTotals, 'period_s' | 'starts_at' | 'model'>): string {
  return `${one.period_s} ${one.starts_at} ${one.model}`;
}

/**
 * Counts a probe in the sums of its periods, one of each length; periods too old to be kept at `nowS`
 * are left out. A skipped model isn't a chat model and says nothing about a channel.
 */
export function sumByPeriod(sums: TotalsByPeriod, probe: SummedProbe, nowS: number): void {
  if (isSkipped(probe)) return;
  for (const { lengthS, keptS } of Object.values(probePeriods)) {
    if (probe.timestamp < nowS - keptS) continue;
    const starts_at = periodStart(probe.timestamp, lengthS);
    const { model, protocol } = probe;
    const found = { period_s: lengthS, starts_at, model, protocol, ...noProbes() };
    const one = sums.get(keyOfPeriod(found)) ?? found;
    countProbe(one, probe);
    sums.set(keyOfPeriod(one), one);
  }
}
