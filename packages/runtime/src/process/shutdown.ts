import type { Logger } from '../reports/logger.ts';

type Close = () => Promise<unknown> | unknown;

/** What a process has opened, closed in reverse order. */
export interface Shutdown {
  /** Registers a resource; the last one registered closes first. */
  onClose(name: string, close: Close): void;
  /** Closes everything once; a second call gets the same promise. Never rejects. */
  close(): Promise<void>;
}

/** If a step takes longer than `stepTimeoutMs`, the next one begins. */
export function createShutdown(logger: Logger, stepTimeoutMs: number): Shutdown {
  const steps: { name: string; close: Close }[] = [];
  let closing: Promise<void> | null = null;
  const closeAll = async () => {
    for (const { name, close } of steps.reverse()) {
      try {
        await withTimeout(stepTimeoutMs, close());
      } catch (error) {
        logger.error({ err: error, step: name }, 'closing failed');
      }
    }
  };
  return {
    onClose: (name, close) => void steps.push({ name, close }),
    close: () => {
      closing ??= closeAll();
      return closing;
    },
  };
}

async function withTimeout(timeoutMs: number, work: Promise<unknown> | unknown): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const error = new Error(`not closed within ${timeoutMs} ms`);
  const timer = setTimeout(reject, timeoutMs, error);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A terminal signals the whole process group and the parent passes its signal on: that counts as one. */
const sameSignalMs = 1_000;

/** Ends the process cleanly on SIGTERM and SIGINT; a second signal ends it at once. */
export function shutDownOnSignals(shutdown: Pick<Shutdown, 'close'>, logger: Logger): void {
  let signalledAtMs: number | null = null;
  const stop = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (signalledAtMs !== null) {
      if (nowMs - signalledAtMs > sameSignalMs) process.exit(1);
      return;
    }
    signalledAtMs = nowMs;
    logger.info({ signal }, 'shutting down');
    shutdown.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
