import { setTimeout as pause } from 'node:timers/promises';
import { isPassingFault } from '@api-monitor/db';

const pausesMs = [200, 1000, 3000];
/** A disk that is full, or a database that is away, is waited for; others wait behind it meanwhile. */
const longPauseMs = 2_000;
const longestWaitMs = 30 * 60_000;
const tellAgainMs = 60_000;

/**
 * Tries again a few times, and for half an hour where the fault is one that passes: what was measured
 * is precious. `onFault` hears of the first one, and of one a minute after it. `cut` ends the waiting.
 * Throws the last fault.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  onFault: (fault: unknown) => void,
  cut: AbortSignal,
  nowMs = () => performance.now(),
): Promise<T> {
  const startedAtMs = nowMs();
  let toldAtMs = Number.NEGATIVE_INFINITY;
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (fault) {
      const isOver = nowMs() - startedAtMs > longestWaitMs;
      const mayPass = isPassingFault(fault) && !cut.aborted && !isOver;
      const pauseMs = pausesMs[tries] ?? (mayPass ? longPauseMs : null);
      if (pauseMs === null) throw fault;
      if (nowMs() - toldAtMs >= tellAgainMs) {
        toldAtMs = nowMs();
        onFault(fault);
      }
      // What is cut still has its few tries.
      await pause(pauseMs, null, mayPass ? { signal: cut } : {}).catch(() => {});
    }
  }
}
