import type { FaultListener } from '../bus.ts';

const periodMs = 30_000;
const rememberedLimit = 100;

/**
 * Passes each fault on once in 30 s: while Redis is away, every connection fails anew every second or
 * two, and says nothing new.
 */
export function limitFaults(onFault: FaultListener, nowMs: () => number): FaultListener {
  const toldAtMs = new Map<string, number>();
  return (fault, where) => {
    const key = `${where}: ${fault instanceof Error ? fault.message : String(fault)}`;
    const now = nowMs();
    if (now - (toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < periodMs) return;
    if (toldAtMs.size >= rememberedLimit) toldAtMs.clear();
    toldAtMs.set(key, now);
    onFault(fault, where);
  };
}
