import {
  addHistogram,
  countValue,
  type ErrorKind,
  type Histogram,
  type ProbeResult,
} from '@api-monitor/core';
import { parseColumn } from '../engine/json-column.ts';
import type { ProbeTotalsTableRow } from '../schema.ts';

/** What a number of probes come to. */
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
export function countProbe(totals: ProbeTotals, probe: CountedProbe): void {
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

/** A row's sums, with its JSON read. */
export function probeTotalsOf(
  row: Pick<ProbeTotalsTableRow, 'probes' | 'successes' | 'durations' | 'first_tokens' | 'errors'>,
): ProbeTotals {
  return {
    probes: row.probes,
    successes: row.successes,
    durations: parseColumn(row.durations),
    first_tokens: parseColumn(row.first_tokens),
    errors: parseColumn(row.errors),
  };
}
