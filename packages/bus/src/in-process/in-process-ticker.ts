import type { FaultListener } from '../bus.ts';
import type { Ticker } from '../ticker.ts';

interface InProcessTicker extends Ticker {
  /** Starts no task any more and waits for those under way. */
  close(): Promise<void>;
}

export function createInProcessTicker(onFault: FaultListener): InProcessTicker {
  const timers: NodeJS.Timeout[] = [];
  const underWay = new Map<string, Promise<void>>();

  const tick = (name: string, task: () => Promise<void>) => {
    if (underWay.has(name)) return;
    const work = (async () => task())()
      .catch((fault) => onFault(fault, name))
      .finally(() => underWay.delete(name));
    underWay.set(name, work);
  };

  return {
    every(name, periodMs, task) {
      tick(name, task);
      timers.push(setInterval(tick, periodMs, name, task));
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(underWay.values());
    },
  };
}
