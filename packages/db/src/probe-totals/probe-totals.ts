import {
  type Availability,
  addHistogram,
  countValue,
  type ErrorKind,
  type Histogram,
  isCheck,
  joinTimes,
  type ProbeResult,
  timeWithin,
  type WatchedTime,
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

/** Of a period, at most so many stretches of watched time are kept. */
const mostTimes = 200;

/** The start of the period that contains a time (Unix seconds). */
export function periodStart(timeS: number, lengthS: number): number {
  return Math.floor(timeS / lengthS) * lengthS;
}

/** The sums of a number of probes. */
export interface ProbeTotals extends Availability {
  /** How many checks there were. Rechecks and models that weren't asked don't count. */
  probes: number;
  successes: number;
  /** Of the successes, those that were readable but not what was asked for. */
  wrong_answers: number;
  /** What all probes cost, rechecks included: HTTP requests, and input and output tokens. */
  requests: number;
  tokens: number;
  /** What those tokens cost as far as it's known, and how many probes' cost isn't. */
  cost: number;
  unpriced: number;
  /** Of those that passed. */
  durations: Histogram;
  /** Of those that passed and streamed. */
  first_tokens: Histogram;
  errors: Partial<Record<ErrorKind, number>>;
}

type CountedProbe = Pick<ProbeResult, 'success' | 'duration' | 'first_token_s' | 'error_kind'> &
  Partial<Pick<ProbeResult, 'is_wrong_answer'>>;

export function noProbes(): ProbeTotals {
  const cost = { requests: 0, tokens: 0, cost: 0, unpriced: 0 };
  const counts = { probes: 0, successes: 0, wrong_answers: 0, watched_s: 0, served_s: 0 };
  return { ...counts, ...cost, durations: {}, first_tokens: {}, errors: {} };
}

/** Counts one more check. */
function countProbe(totals: ProbeTotals, probe: CountedProbe): void {
  totals.probes += 1;
  if (probe.success) {
    totals.successes += 1;
    if (probe.is_wrong_answer) totals.wrong_answers += 1;
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
  totals.wrong_answers += other.wrong_answers;
  totals.watched_s += other.watched_s;
  totals.served_s += other.served_s;
  totals.requests += other.requests;
  totals.tokens += other.tokens;
  totals.cost += other.cost;
  totals.unpriced += other.unpriced;
  addHistogram(totals.durations, other.durations);
  addHistogram(totals.first_tokens, other.first_tokens);
  for (const [kind, count] of Object.entries(other.errors) as [ErrorKind, number][]) {
    totals.errors[kind] = (totals.errors[kind] ?? 0) + count;
  }
}

/** The sums of one model's probes within one period. */
export interface ModelTotals extends ProbeTotals {
  /**
   * The watched time, counted from the period's start; null if only its sums are known, as in the rows of
   * older versions. With it, the availability of a model over several channels is known.
   */
  times: WatchedTime[] | null;
}

export interface PeriodTotals extends ModelTotals {
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
  wrong_answers: 'number',
  watched_s: 'number',
  served_s: 'number',
  requests: 'number',
  tokens: 'number',
  cost: 'number',
  unpriced: 'number',
  durations: 'json',
  first_tokens: 'json',
  errors: 'json',
  times: 'json',
});

/** The sums of one target, by `keyOfPeriod`. */
export type TotalsByPeriod = Map<string, PeriodTotals>;

type Summed = Pick<ProbeResult, 'model' | 'protocol' | 'timestamp'>;

export function keyOfPeriod(one: Pick<PeriodTotals, 'period_s' | 'starts_at' | 'model'>): string {
  return `${one.period_s} ${one.starts_at} ${one.model}`;
}

/**
 * Counts a check in the sums of its periods, one of each length; periods too old to be kept at `nowS` are
 * left out, and so are probes that say nothing about the model.
 */
export function sumByPeriod(
  sums: TotalsByPeriod,
  probe: CountedProbe & Summed,
  nowS: number,
): void {
  if (!isCheck(probe)) return;
  for (const one of totalsAt(sums, probe, nowS)) countProbe(one, probe);
}

/** Adds what a probe cost to the sums of its periods. */
export function sumCost(
  sums: TotalsByPeriod,
  probe: Summed & Pick<ProbeResult, 'requests' | 'input_tokens' | 'output_tokens' | 'cost'>,
  nowS: number,
): void {
  const tokens = (probe.input_tokens ?? 0) + (probe.output_tokens ?? 0);
  if (probe.requests === 0 && tokens === 0) return;
  for (const one of totalsAt(sums, probe, nowS)) {
    one.requests += probe.requests;
    one.tokens += tokens;
    one.cost += probe.cost ?? 0;
    if (tokens > 0 && probe.cost == null) one.unpriced += 1;
  }
}

/** Adds the time that a check speaks for to each of the periods that it touches. */
export function sumWatched(
  sums: TotalsByPeriod,
  probe: Summed,
  time: WatchedTime,
  nowS: number,
): void {
  for (const { lengthS, keptS } of Object.values(probePeriods)) {
    const first = periodStart(Math.max(time[0], nowS - keptS), lengthS);
    for (let startsAt = first; startsAt < time[1]; startsAt += lengthS) {
      const part = timeWithin(time, startsAt, lengthS);
      if (part) addTime(totalsOf(sums, probe, lengthS, startsAt), part);
    }
  }
}

/** Adds what the database has counted so far. */
export function addStored(one: PeriodTotals, stored: PeriodTotals): void {
  addTotals(one, stored);
  one.times = one.times && stored.times && boundedTimes([...stored.times, ...one.times]);
}

function* totalsAt(sums: TotalsByPeriod, probe: Summed, nowS: number): Generator<PeriodTotals> {
  for (const { lengthS, keptS } of Object.values(probePeriods)) {
    if (probe.timestamp < nowS - keptS) continue;
    yield totalsOf(sums, probe, lengthS, periodStart(probe.timestamp, lengthS));
  }
}

function totalsOf(
  sums: TotalsByPeriod,
  { model, protocol }: Summed,
  period_s: number,
  starts_at: number,
): PeriodTotals {
  const found = { period_s, starts_at, model, protocol, ...noProbes(), times: [] };
  const one = sums.get(keyOfPeriod(found)) ?? found;
  sums.set(keyOfPeriod(one), one);
  return one;
}

function addTime(one: PeriodTotals, time: WatchedTime): void {
  const [from, to, served] = time;
  one.watched_s += to - from;
  if (served) one.served_s += to - from;
  one.times = one.times && boundedTimes([...one.times, time]);
}

/** A model that fails every other minute would fill the row; its sums are enough. */
function boundedTimes(times: readonly WatchedTime[]): WatchedTime[] | null {
  const joined = joinTimes(times);
  return joined.length > mostTimes ? null : joined;
}
