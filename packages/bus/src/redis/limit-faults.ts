import type { FaultListener } from '../bus.ts';
import { bareError } from './bare-error.ts';

const periodMs = 30_000;
const rememberedLimit = 100;

/**
 * Passes each fault of Redis on once in 30 s, bare of what was asked: while Redis is away, every connection fails anew every second or
 * two, and says nothing new.
 */
export function limitFaults(onFault: FaultListener, nowMs: () => number): FaultListener {
  const toldAtMs = new Map<string, number>();
  return (fault, where) => {
    const error = bareError(fault);
    const key = `${where}: ${error.message}`;
    const now = nowMs();
    if (now - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < periodMs) return;
    if (toldAtMs.size >= rememberedLimit) toldAtMs.clear();
    toldAtMs.set(key, now);
    onFault(error, where);
  };
}
