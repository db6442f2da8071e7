import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** All tries, including the first. */
  tries: number;
  pauseMs: number;
}

/**
 * Repeats `work` while it fails with a passing error; in the pauses this process does other work. Throws
 * the last failure after the last try, and any other failure at once.
 */
export async function retryWhile<T>(
  isPassing: (error: unknown) => boolean,
  work: () => Promise<T>,
  patience: Patience,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || tried >= patience.tries) throw error;
    }
    await pause(patience.pauseMs);
  }
}
