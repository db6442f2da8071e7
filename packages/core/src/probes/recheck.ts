import { hasPassed } from '../figures/clock-skew.ts';

interface FailingModel {
  /** When the latest probe ended. */
  timestamp: number;
  /** When the first of the failed probes in a row ended. */
  state_since: number;
}

const shortestPauseS = 30;

/**
 * Whether a model that live traffic found dead is asked again before the schedule does: after half a
 * minute, then after as long as it has been failing, so that one that comes back soon is missed for
 * little longer than it was gone.
 */
export function isRecheckDue({ timestamp, state_since }: FailingModel, nowS: number): boolean {
  return hasPassed(Math.max(shortestPauseS, timestamp - state_since), timestamp, nowS);
}
