import type { Logger } from '../reports/logger.ts';

interface Step {
  name: string;
  close: () => Promise<unknown> | unknown;
}

/** What a process holds, closed in the reverse order in which it was taken. */
export interface Shutdown {
  /** Registers a resource; the last one registered closes first. */
  onClose(name: string, close: Step['close']): void;
  /** Closes everything once; a second call gets the same promise. Never rejects. */
  close(): Promise<void>;
}

/** Each step may take `stepTimeoutMs`; then the next one's turn comes all the same. */
export function createShutdown(logger: Logger, stepTimeoutMs: number): Shutdown {
  const steps: Step[] = [];
  let closing: Promise<void> | null = null;

  const closeAll = async () => {
    for (const step of steps.reverse()) {
      try {
        await within(stepTimeoutMs, step.close());
      } catch (error) {
        logger.error({ err: error, step: step.name }, 'closing failed');
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

async function within(timeoutMs: number, work: Promise<unknown> | unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not closed within ${timeoutMs} ms`)), timeoutMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** A terminal tells the whole group of processes, and the parent passes it on: that is one wish. */
const sameWishMs = 1_000;

/** Ends the process cleanly on SIGTERM and SIGINT; a second signal ends it at once. */
export function shutDownOnSignals(shutdown: Pick<Shutdown, 'close'>, logger: Logger): void {
  let askedAtMs: number | null = null;
  const stop = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (askedAtMs !== null) {
      if (nowMs - askedAtMs > sameWishMs) process.exit(1);
      return;
    }
    askedAtMs = nowMs;
    logger.info({ signal }, 'shutting down');
    shutdown.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
