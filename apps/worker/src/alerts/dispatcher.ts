import {
  type ClaimedDelivery,
  claimDelivery,
  finishDelivery,
  nextDeliveryAt,
} from '@api-monitor/db';
import { createOutageWatch } from '@api-monitor/runtime';
import { withRetries } from '../run/with-retries.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { deliverClaimed, type Sending } from './deliver-claimed.ts';

interface Options extends Omit<Sending, 'signal'> {
  logger: WorkerDeps['logger'];
  metrics: Pick<WorkerDeps['metrics'], 'deliveryEnded'>;
}

/** How many are sent at a time, so that a destination that hangs doesn't hold up the others. */
const atOnce = 8;
/** Three times what an attempt may take. */
const leaseS = 60;
/** How often it looks by itself: another process may have made notices, or died while it sent some. */
const longestPauseMs = 5_000;
const shortestPauseMs = 250;

/**
 * Sends what waits in the database. Every worker has one; a delivery is claimed by one of them, and again by
 * another if that one dies.
 */
export function createDispatcher(options: Options) {
  const { db, nowS, logger } = options;
  const giveUp = new AbortController();
  const running = new Set<Promise<void>>();
  const watch = createOutageWatch({
    logger,
    lost: 'sending alerts fails',
    back: 'sending alerts works again',
  });
  let isStopped = false;
  let looking: Promise<void> | null = null;
  let isAskedAgain = false;
  let timer: NodeJS.Timeout | null = null;

  const look = async () => {
    do {
      isAskedAgain = false;
      while (!isStopped && running.size < atOnce) {
        const claimed = await claimDelivery(db, { nowS: nowS(), leaseS });
        if (!claimed) break;
        begin(claimed);
      }
    } while (isAskedAgain && !isStopped);
  };
  const begin = (claimed: ClaimedDelivery) => {
    const work = watch(send(options, claimed, giveUp.signal)).finally(() => {
      running.delete(work);
      wake();
    });
    running.add(work);
  };
  const pauseMs = async () => {
    const at = await nextDeliveryAt(db).catch(() => null);
    const untilMs = at === null ? longestPauseMs : (at - nowS()) * 1000;
    return Math.min(longestPauseMs, Math.max(shortestPauseMs, untilMs));
  };
  const lookLater = async () => {
    const ms = await pauseMs();
    if (isStopped || looking) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(wake, ms);
  };
  const wake = () => {
    if (isStopped) return;
    isAskedAgain = looking !== null;
    looking ??= watch(look()).finally(() => {
      looking = null;
      void lookLater();
    });
  };
  return {
    /** Sends what waits, now. */
    wake,
    /** Begins to send nothing more. */
    pause() {
      isStopped = true;
      if (timer) clearTimeout(timer);
    },
    /** Gives what is being sent `graceMs`; what isn't answered by then will be tried again. */
    async stop(graceMs: number): Promise<void> {
      isStopped = true;
      if (timer) clearTimeout(timer);
      const over = setTimeout(() => giveUp.abort(), graceMs);
      await looking;
      await Promise.all(running);
      clearTimeout(over);
    },
  };
}

async function send(
  { logger, metrics, ...sending }: Options,
  claimed: ClaimedDelivery,
  signal: AbortSignal,
): Promise<void> {
  const { db, nowS } = sending;
  const { kind, outcome } = await deliverClaimed({ ...sending, signal }, claimed);
  const { id: delivery, destination_id, attempts, severity } = claimed;
  const about = { delivery, destination_id, kind, severity, attempts, outcome: outcome.kind };
  if (outcome.kind === 'failed')
    logger.warn({ ...about, answer: outcome.answer }, 'alert not sent');
  else logger.info(about, outcome.kind === 'sent' ? 'alert sent' : 'alert to be sent again');
  if (kind !== null) metrics.deliveryEnded(kind, outcome.kind);
  // If it can't be written, the lease ends, and it is sent again with the same key.
  await withRetries(
    () => finishDelivery(db, claimed, outcome, nowS()),
    (err) => logger.error({ err, delivery }, 'answer not written; trying again'),
    signal,
  );
}
