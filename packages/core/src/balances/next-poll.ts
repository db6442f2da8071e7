import type { BalanceFault } from './balance.ts';

const minuteS = 60;
const dayS = 86_400;
/** Where nothing answers, it is asked again after a day at first, and every week in the end. */
const longestAbsenceS = 7 * dayS;
/** What fails is asked less and less often, down to once a day. */
const longestFailureS = dayS;
/** Polls are spread by this share of the interval, so that channels that began together don't stay so. */
const spread = 0.1;
/** A quota failure asks at once, but not more often than this. */
const leastGapS = 5 * minuteS;

interface Polled {
  intervalMin: number;
  /** Why nothing was told; null: it was. */
  fault: BalanceFault | null;
  /** Attempts in a row that told nothing, this one included. */
  failures: number;
}

/** When to ask next, in Unix seconds; `random` is from 0 to below 1. */
export function nextPollAt(
  { intervalMin, fault, failures }: Polled,
  { nowS, random }: { nowS: number; random: number },
): number {
  const usualS = intervalMin * minuteS;
  const doubled = 2 ** Math.min(failures, 20);
  const baseS = {
    none: usualS,
    absent: Math.min((dayS * doubled) / 2, longestAbsenceS),
    failed: Math.max(usualS, Math.min((usualS * doubled) / 2, longestFailureS)),
  }[fault === null ? 'none' : fault === 'absent' ? 'absent' : 'failed'];
  return Math.round(nowS + baseS * (1 + spread * (2 * random - 1)));
}

/** Whether a channel that ran out of quota is to be asked at once; times in Unix seconds. */
export function isAskedForQuota(
  { quotaFoundAt, askedAt }: { quotaFoundAt: number; askedAt: number | null },
  nowS: number,
): boolean {
  if (askedAt === null) return true;
  return quotaFoundAt > askedAt && nowS - askedAt >= leastGapS;
}
