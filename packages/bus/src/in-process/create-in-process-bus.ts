import type { Bus, FaultListener } from '../bus.ts';
import { createInProcessEventBus } from './in-process-event-bus.ts';
import { createInProcessQueue } from './in-process-queue.ts';
import { createInProcessSums } from './in-process-sums.ts';
import { createInProcessTicker } from './in-process-ticker.ts';

const queueLimit = 10_000;
/** A batch holds many requests, and this process's memory holds the batches. */
const batchLimit = 4_000;
const historyLimit = 5_000;

interface Options {
  nowMs: () => number;
  onFault: FaultListener;
}

/** The bus of embedded mode: one process, nothing to install, nothing kept over a restart. */
export function createInProcessBus({ nowMs, onFault }: Options): Bus {
  const ticker = createInProcessTicker(onFault);
  return {
    scheduledRuns: createInProcessQueue({ name: 'scheduled-runs', limit: queueLimit, onFault }),
    manualRuns: createInProcessQueue({ name: 'manual-runs', limit: queueLimit, onFault }),
    modelProbes: createInProcessQueue({ name: 'model-probes', limit: queueLimit, onFault }),
    proxyRequests: createInProcessQueue({
      name: 'proxy-requests',
      limit: batchLimit,
      onFault,
      // Nobody would find them again.
      whenDrained: 'finish-waiting',
    }),
    events: createInProcessEventBus({ nowMs, historyLimit, onFault }),
    sums: createInProcessSums(nowMs),
    ticker,
    fault: async () => null,
    close: () => ticker.close(),
  };
}
