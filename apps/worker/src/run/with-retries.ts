import { setTimeout as pause } from 'node:timers/promises';
import { isPassingFault } from '@api-monitor/db';

const pausesMs = [200, 1000, 3000];
/** For a full disk or an unreachable database. Other work waits behind it meanwhile. */
const longPauseMs = 2_000;
const longestWaitMs = 30 * 60_000;
const reportPeriodMs = 60_000;

const realClock = { nowMs: () => performance.now(), pause };

/**
 * Tries again a few times, and for half an hour if the error is one that passes, so that measured results
 * aren't lost. `onFault` is called for the first error, and then once a minute. `cut` ends the long wait.
 * Throws the last error.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  onFault: (fault: unknown) => void,
  cut: AbortSignal,
  clock = realClock,
): Promise<T> {
  const { nowMs } = clock;
  const startedAtMs = nowMs();
  let reportedAtMs = Number.NEGATIVE_INFINITY;
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (fault) {
      const isOver = nowMs() - startedAtMs > longestWaitMs;
      const mayPass = isPassingFault(fault) && !cut.aborted && !isOver;
      const pauseMs = pausesMs[tries] ?? (mayPass ? longPauseMs : null);
      if (pauseMs === null) throw fault;
      if (nowMs() - reportedAtMs >= reportPeriodMs) {
        reportedAtMs = nowMs();
        onFault(fault);
      }
      // Work that is cut off still has its first tries.
      await clock.pause(pauseMs, null, mayPass ? { signal: cut } : {}).catch(() => {});
    }
  }
}
