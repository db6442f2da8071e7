import type { AlertRules } from '../alert-rules.ts';

/** How many of all were bad. */
export interface Counted {
  all: number;
  bad: number;
}

interface ErrorRate {
  /** A key's requests to a channel in the last five minutes. */
  recent: Counted;
  /** Whether too many failed before. */
  wasBad: boolean;
  rules: Pick<AlertRules, 'error_percent'>;
}

const leastRequests = 20;
/** Too many ends below this part of the share at which it begins. */
const errorsUntil = 0.4;

/** Whether many of a key's requests to a channel fail; null if there are too few to tell. */
export function findErrorRate({ recent, wasBad, rules: { error_percent } }: ErrorRate) {
  if (error_percent === 0) return { is_bad: false, figures: {} };
  if (recent.all < leastRequests) return wasBad ? null : { is_bad: false, figures: {} };
  const share = recent.bad / recent.all;
  const is_bad = share >= (error_percent / 100) * (wasBad ? errorsUntil : 1);
  return { is_bad, figures: { share, requests: recent.all } };
}

interface WrongAnswers {
  /** A model's checked answers of the last day, and of the seven days before. */
  recent: Counted;
  baseline: Counted;
  wasBad: boolean;
  rules: Pick<AlertRules, 'wrong_percent'>;
}

const leastChecked = 5;
const wrongUntil = 0.5;
const riseFrom = 2;

/** Whether a model answers more questions wrongly than it used to; null if too few were checked. */
export function findWrongAnswers(found: WrongAnswers) {
  const { recent, baseline, wasBad, rules } = found;
  if (rules.wrong_percent === 0) return { is_bad: false, figures: {} };
  if (recent.all < leastChecked) return null;
  const share = recent.bad / recent.all;
  const usual = baseline.all === 0 ? 0 : baseline.bad / baseline.all;
  const from = rules.wrong_percent / 100;
  const is_bad = wasBad ? share >= from * wrongUntil : share >= from && share >= usual * riseFrom;
  return { is_bad, figures: { share, usual } };
}
