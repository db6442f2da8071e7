import { hasPassed, isAhead } from '../figures/clock-skew.ts';

/**
 * Recent failures of live traffic to a target's model. The third failure in a row opens the breaker: no
 * request goes there for a while, then one at a time, as a trial. A request that succeeds or a probe that
 * passes removes it; null means that there are no failures. Times are Unix seconds.
 */
export interface Breaker {
  /** In a row. */
  failures: number;
  /** Of the last failure. */
  error: string | null;
  failed_at: number;
  /** When the current trial began; null if there is none. */
  trial_at: number | null;
}

/** `open`: nothing may be sent there; `half_open`: one request may, as a trial. */
export const breakerStates = ['closed', 'half_open', 'open'] as const;
export type BreakerState = (typeof breakerStates)[number];

export type BreakerEvent =
  | { kind: 'failed'; error: string }
  | { kind: 'succeeded' }
  | { kind: 'trial_began' }
  /** It says nothing about the model: its client disconnected or sent bad input. */
  | { kind: 'trial_dropped' }
  | { kind: 'probed'; proof: Proof }
  /** The target, or its model, is gone. */
  | { kind: 'removed' };

/** The result of a model's latest probe, and when it ended. */
export interface Proof {
  /** null: the model isn't probed. */
  is_alive: boolean | null;
  proved_at: number;
}

const failuresToOpen = 3;
const pauseS = 15;
/** A trial that never reported back counts as dropped after this time. */
const trialTimeoutS = 120;

/** The breaker after an event. */
export function nextBreaker(
  breaker: Breaker | null,
  event: BreakerEvent,
  nowS: number,
): Breaker | null {
  switch (event.kind) {
    case 'failed': {
      const failures = (breaker?.failures ?? 0) + 1;
      return { failures, error: event.error, failed_at: nowS, trial_at: null };
    }
    case 'trial_began':
      return isOpen(breaker) ? { ...breaker, trial_at: nowS } : breaker;
    case 'trial_dropped':
      return breaker && { ...breaker, trial_at: null };
    case 'probed':
      return breaker && isProvenSince(breaker, event.proof, nowS) ? null : breaker;
    case 'succeeded':
    case 'removed':
      return null;
  }
}

/** Whether the breaker has opened and no event has closed it since; a trial may be due. */
export function isOpen(breaker: Breaker | null): breaker is Breaker {
  return breaker !== null && breaker.failures >= failuresToOpen;
}

/** Whether requests may go there now, by the breaker and by the model's latest probe. */
export function breakerStateOf(breaker: Breaker | null, proof: Proof, nowS: number): BreakerState {
  if (!isOpen(breaker) || isProvenSince(breaker, proof, nowS)) return 'closed';
  const { failed_at, trial_at } = breaker;
  const isTrialUnderWay = trial_at !== null && !hasPassed(trialTimeoutS, trial_at, nowS);
  return isTrialUnderWay || !hasPassed(pauseS, failed_at, nowS) ? 'open' : 'half_open';
}

/** Probes dated in the future are ignored: a worker whose clock is ahead would keep closing the breaker. */
function isProvenSince({ failed_at }: Breaker, proof: Proof, nowS: number): boolean {
  const { is_alive, proved_at } = proof;
  return is_alive === true && proved_at > failed_at && !isAhead(proved_at, nowS);
}

/** A breaker as gateways publish it. */
export interface PublishedBreaker {
  target_id: number;
  model: string;
  is_open: boolean;
  consecutive_failures: number;
  error: string | null;
  /** When the last failure was, from which the pause is counted; null: it is closed. */
  opened_at: number | null;
  trial_at: number | null;
}

/** The breaker of a target's model, for the event that reports its change. */
export function publishedBreaker(
  target_id: number,
  model: string,
  breaker: Breaker | null,
): PublishedBreaker {
  const is_open = isOpen(breaker);
  const { failures, error, failed_at, trial_at } = is_open ? breaker : closed;
  const times = { opened_at: failed_at, trial_at };
  return { target_id, model, is_open, consecutive_failures: failures, error, ...times };
}

const closed = { failures: 0, error: null, failed_at: null, trial_at: null };

/** The breaker that an event published. */
export function breakerOf(published: PublishedBreaker): Breaker | null {
  const { is_open, consecutive_failures: failures, error, opened_at, trial_at } = published;
  if (!is_open || opened_at === null) return null;
  return { failures, error, failed_at: opened_at, trial_at };
}
