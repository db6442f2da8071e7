import type { ProbeResult, WireProtocol } from '@api-monitor/core';
import { periodStart, probePeriods } from './probe-periods.ts';
import { countProbe, noProbes, type ProbeTotals } from './probe-totals.ts';

/** The sums of one model within one period. */
export interface PeriodTotals {
  period_s: number;
  starts_at: number;
  model: string;
  protocol: WireProtocol;
  totals: ProbeTotals;
}

/** Sums by the key that tells them apart within one target. */
export type TotalsByPeriod = Map<string, PeriodTotals>;

export type SummedProbe = Pick<
  ProbeResult,
  'model' | 'protocol' | 'timestamp' | 'success' | 'duration' | 'first_token_s' | 'error_kind'
>;

export function keyOfPeriod(one: Pick<PeriodTotals, 'period_s' | 'starts_at' | 'model'>): string {
  return `${one.period_s} ${one.starts_at} ${one.model}`;
}

/**
 * Counts a probe into the sums of its periods, one of each length; a period that ended before it would
 * be kept until `nowS` is left out. What was skipped is no chat model and says nothing of a channel.
 */
export function sumByPeriod(sums: TotalsByPeriod, probe: SummedProbe, nowS: number): void {
  if (probe.error_kind === 'skipped') return;
  for (const { lengthS, keptS } of Object.values(probePeriods)) {
    if (probe.timestamp < nowS - keptS) continue;
    const starts_at = periodStart(probe.timestamp, lengthS);
    const { model, protocol } = probe;
    const found = { period_s: lengthS, starts_at, model, protocol, totals: noProbes() };
    const one = sums.get(keyOfPeriod(found)) ?? found;
    countProbe(one.totals, probe);
    sums.set(keyOfPeriod(one), one);
  }
}
