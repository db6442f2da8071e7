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
}

const leastRequests = 20;
const errorsFrom = 0.25;
const errorsUntil = 0.1;

/** Whether many of a key's requests to a channel fail; null if there are too few to tell. */
export function findErrorRate({ recent, wasBad }: ErrorRate) {
  if (recent.all < leastRequests) return wasBad ? null : { is_bad: false, figures: {} };
  const share = recent.bad / recent.all;
  const is_bad = share >= (wasBad ? errorsUntil : errorsFrom);
  return { is_bad, figures: { share, requests: recent.all } };
}

interface WrongAnswers {
  /** A model's checked answers of the last day, and of the seven days before. */
  recent: Counted;
  baseline: Counted;
  wasBad: boolean;
}

const leastChecked = 5;
const wrongFrom = 0.2;
const wrongUntil = 0.1;
const riseFrom = 2;

/** Whether a model answers more questions wrongly than it used to; null if too few were checked. */
export function findWrongAnswers({ recent, baseline, wasBad }: WrongAnswers) {
  if (recent.all < leastChecked) return null;
  const share = recent.bad / recent.all;
  const usual = baseline.all === 0 ? 0 : baseline.bad / baseline.all;
  const has = wasBad ? share >= wrongUntil : share >= wrongFrom && share >= usual * riseFrom;
  return { is_bad: has, figures: { share, usual } };
}
