import { setTimeout as pause } from 'node:timers/promises';

/** Does `work` again and again, its starts at least `periodMs` apart, until `signal` aborts. */
export async function every(
  periodMs: number,
  signal: AbortSignal,
  work: (round: number) => Promise<unknown>,
): Promise<void> {
  for (let round = 0; !signal.aborted; round += 1) {
    const dueAt = performance.now() + periodMs;
    await work(round);
    await rest(dueAt - performance.now(), signal);
  }
}

/** Waits that long, or until `signal` aborts. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  // The caller asks the signal whether the wait was aborted.
  await pause(Math.max(0, ms), null, { signal }).catch(() => {});
}
