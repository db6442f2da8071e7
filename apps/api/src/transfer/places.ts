import { AppError } from '@api-monitor/core';

/** Lets so many pieces of work be under way at once. */
export interface Places {
  /** Rejects with AppError `rate_limited` if every place is taken. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function createPlaces(limit: number, what: string): Places {
  let taken = 0;
  return {
    async take(work) {
      if (taken >= limit) {
        const message = `${limit} ${what} are under way already; try again when one is over`;
        throw new AppError('rate_limited', message, { retryAfterS: 5 });
      }
      taken += 1;
      try {
        return await work();
      } finally {
        taken -= 1;
      }
    },
  };
}
