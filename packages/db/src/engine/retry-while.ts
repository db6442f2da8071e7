import { setTimeout as pause } from 'node:timers/promises';

export interface Patience {
  /** Tries in all, the first one too. */
  tries: number;
  pauseMs: number;
}

/**
 * Does `work` again while it fails in a way that passes, with pauses in which this process goes on with
 * all else. Throws the last failure when the patience is at its end, and any other one at once.
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
