import { AppError } from '@api-monitor/core';

/** Each holds its files in memory. */
export const importsAtOnce = 2;

/** Runs imports, two at a time. Throws AppError `rate_limited` for a third. */
export function createImportTurns() {
  let underWay = 0;
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (underWay >= importsAtOnce) {
      const message = `${importsAtOnce} imports are already running; try again when one has ended`;
      throw new AppError('rate_limited', message, { retryAfterS: 5 });
    }
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
}
