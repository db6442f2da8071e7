import { isBalanceLow } from '../../balances/days-left.ts';
import type { AlertRules } from '../alert-rules.ts';
import type { Look } from '../findings/look.ts';
import type { Subject } from '../findings/observation.ts';

/** What a channel said about its balance, or that of one of its keys. */
export interface ObservedBalance {
  target_id: number;
  /** The key's name; null: the balance is the channel's. */
  key: string | null;
  /** null: unknown. */
  balance: number | 'unlimited' | null;
  /** Of the balance, such as USD. */
  unit: string;
  /** How long it lasts at the present rate; null: unknown. */
  days_left: number | null;
  /** How much it fell within the last day, and per day in the week before that; null: unknown. */
  fall_last_day: number | null;
  fall_usual_day: number | null;
  /** When the balance or the key ends, in Unix seconds; null: never, or unknown. */
  expires_at: number | null;
}

type Rules = Pick<
  AlertRules,
  'balance_below' | 'balance_days' | 'fall_times' | 'expiry_days' | 'budget_percent'
>;

/** What was low is well only above this multiple of the bound, so that it doesn't come and go. */
const clearlyAbove = 1.2;
/** A fall matters if so much of the balance would be gone in a day. */
const leastFallShare = 0.1;

/** Whether a balance is low, falls much faster than usual, or ends soon. */
export function observeBalance(observed: ObservedBalance, rules: Rules, nowS: number): Look[] {
  const { target_id, key: name, expires_at } = observed;
  const subjectOf = (kind: Subject['kind']): Subject => ({ kind, target_id, model: null, name });
  return [
    { subject: subjectOf('balance'), judge: (wasBad) => judgeLow(observed, rules, wasBad) },
    { subject: subjectOf('balance_fall'), judge: (wasBad) => judgeFall(observed, rules, wasBad) },
    lookAtEnd(subjectOf('expiry'), expires_at, rules, nowS),
  ];
}

/** Whether something, such as a key, ends within the days of the rules. `ends_at` null: it never does. */
export function lookAtEnd(
  subject: Subject,
  ends_at: number | null,
  { expiry_days }: Pick<AlertRules, 'expiry_days'>,
  nowS: number,
): Look {
  const is_bad = ends_at !== null && ends_at - nowS < expiry_days * 86_400;
  const figures = is_bad ? { expires_at: ends_at } : {};
  return { subject, judge: () => ({ is_bad, figures }) };
}

function judgeLow(
  { balance, unit, days_left }: ObservedBalance,
  { balance_below, balance_days }: Rules,
  wasBad: boolean,
) {
  if (balance === null) return null;
  if (balance === 'unlimited') return { is_bad: false };
  const margin = wasBad ? clearlyAbove : 1;
  const bounds = {
    balance_below: balance_below * margin,
    balance_days: balance_days * margin,
  };
  const figures = { balance: rounded(balance), unit };
  const isUsedUp = balance <= 0;
  const days = days_left === null || isUsedUp ? {} : { days_left: Math.round(days_left * 10) / 10 };
  const is_bad = isBalanceLow({ amount: balance, days_left }, bounds);
  return { is_bad, figures: { ...figures, ...days } };
}

function judgeFall(
  { balance, unit, fall_last_day: fell, fall_usual_day: usual }: ObservedBalance,
  { fall_times }: Rules,
  wasBad: boolean,
) {
  if (balance === 'unlimited' || fall_times === 0) return { is_bad: false };
  if (balance === null || fell === null || usual === null || usual <= 0) return null;
  const times = wasBad ? fall_times / clearlyAbove : fall_times;
  const isMuch = fell >= (balance + fell) * leastFallShare;
  const figures = { fell: rounded(fell), usual: rounded(usual), unit };
  return { is_bad: isMuch && fell > usual * times, figures };
}

const measures = ['money', 'requests', 'tokens'] as const;
const budgetPeriods = ['day', 'month', 'total'] as const;

/** A limit of a key of the gateway, and how much of it is used. */
export interface ObservedLimit {
  measure: (typeof measures)[number];
  period: (typeof budgetPeriods)[number];
  used: number;
  /** Above 0. */
  limit: number;
  /** Whether requests are refused once it is reached. */
  is_hard: boolean;
  /** When it begins again, in Unix seconds; null: never. */
  until: number | null;
}

export interface ObservedBudget {
  /** The key's name. */
  key: string;
  limits: readonly ObservedLimit[];
  /** What money is called. */
  currency: string;
}

/**
 * Whether a key of the gateway comes near one of its limits (kind `spending`), and whether it is refused
 * because it has reached one (kind `budget`). Of several limits, the one that is used most is told. What is
 * used up at once was never near its end.
 */
export function observeBudget({ key, limits, currency }: ObservedBudget, rules: Rules): Look[] {
  const subjectOf = (kind: Subject['kind']): Subject => {
    return { kind, target_id: null, model: null, name: key };
  };
  const { budget_percent } = rules;
  const near = mostUsed(limits);
  const full = mostUsed(limits.filter((one) => one.is_hard && shareOf(one) >= 1));
  const isNear = near !== null && budget_percent > 0 && shareOf(near) * 100 >= budget_percent;
  return [
    {
      subject: subjectOf('spending'),
      judge: (wasNear) => {
        const is_bad = isNear && (wasNear || full === null);
        return { is_bad, figures: is_bad ? figuresOf(near, currency) : {} };
      },
    },
    {
      subject: subjectOf('budget'),
      judge: () => ({ is_bad: full !== null, figures: full ? figuresOf(full, currency) : {} }),
    },
  ];
}

function shareOf({ used, limit }: ObservedLimit): number {
  return used / limit;
}

function mostUsed(limits: readonly ObservedLimit[]): ObservedLimit | null {
  const [most] = limits.toSorted((a, b) => shareOf(b) - shareOf(a));
  return most ?? null;
}

function figuresOf({ measure, period, used, limit, until }: ObservedLimit, currency: string) {
  const unit = measure === 'money' ? currency : measure;
  const ends = until === null ? {} : { until };
  return { spent: rounded(used), limit: rounded(limit), unit, period, ...ends };
}

function rounded(amount: number): number {
  return Math.round(amount * 1_000_000) / 1_000_000;
}
