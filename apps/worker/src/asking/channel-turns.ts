import type { ChannelSlots } from '@api-monitor/bus';
import type { Target } from '@api-monitor/core';

/** Waits for a place at the channel; null if none became free. Call the returned function after the request. */
export type TakeTurn = () => Promise<(() => void) | null>;

/**
 * How long a run waits for a place at a channel that clients keep busy. What they are served proves its
 * models meanwhile.
 */
const runWaitMs = 30_000;

interface Asker {
  target: Pick<Target, 'id' | 'max_concurrency' | 'min_gap_ms'>;
  signal: AbortSignal;
}

/** For the requests of a run: once one has waited in vain, the others don't wait any more. */
export function turnsOfRun(slots: ChannelSlots, { target, signal }: Asker): TakeTurn {
  let waitMs = runWaitMs;
  return async () => {
    const slot = await slots.take([target], { waitMs, signal });
    if (slot === 'full') waitMs = 0;
    return typeof slot === 'string' ? null : slot.give;
  };
}

/** For a single probe, which comes again soon. */
export function turnsAtOnce(slots: ChannelSlots, { target, signal }: Asker): TakeTurn {
  return async () => {
    // Two requests of one probe follow each other.
    const slot = await slots.take([target], { waitMs: target.min_gap_ms, signal });
    return typeof slot === 'string' ? null : slot.give;
  };
}
