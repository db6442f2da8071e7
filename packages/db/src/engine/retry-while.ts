import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@api-monitor/core';

export interface Patience {
  /** All tries, including the first. */
  tries: number;
  /** The pause after that many tries. */
  pauseMs: (tried: number) => number;
}

/**
 * Repeats `work` while it fails with a passing error; in the pauses this process does other work. Throws
 * AppError `unavailable` with the message after the last try, and any other error at once.
 */
export async function retryWhile<T>(
  isPassing: (error: unknown) => boolean,
  work: () => Promise<T>,
  { tries, pauseMs, message }: Patience & { message: string },
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (cause) {
      if (!isPassing(cause)) throw cause;
      if (tried >= tries) throw new AppError('unavailable', message, { cause });
    }
    await pause(pauseMs(tried));
  }
}
