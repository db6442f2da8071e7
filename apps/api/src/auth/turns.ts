import { AppError } from '@api-monitor/core';

/** Does one thing after the other, however many ask at once. */
export interface Turns {
  /** Rejects with AppError `rate_limited` where too many wait already. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(waitingLimit: number): Turns {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(work) {
      if (waiting >= waitingLimit) {
        throw new AppError('rate_limited', 'too many at once; try again', { retryAfterS: 5 });
      }
      waiting += 1;
      const turn = last.then(work).finally(() => {
        waiting -= 1;
      });
      last = turn.catch(() => {});
      return turn;
    },
  };
}
