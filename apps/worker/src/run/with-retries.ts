import { setTimeout as pause } from 'node:timers/promises';

const pausesMs = [200, 1000, 3000];

/** Tries again a few times: a full disk or a long lock may pass, and what was measured is precious. */
export async function withRetries<T>(
  work: () => Promise<T>,
  onFault: (fault: unknown) => void,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (fault) {
      onFault(fault);
      await pause(pauseMs);
    }
  }
  return work();
}
