import type { Logger } from './logger.ts';

/** Waits for one go of something that is done again and again; never rejects. */
export type OutageWatch = (work: Promise<unknown>) => Promise<void>;

interface Options {
  logger: Pick<Logger, 'error' | 'info'>;
  /** Logged when it fails. */
  lost: string;
  /** Logged when it works again. */
  back: string;
  /** Unless told, the clock that nobody sets. */
  nowMs?: () => number;
}

const repeatMs = 60_000;

/**
 * Logs what changes of something that is done every second or so: that it fails, once a minute as
 * long as it does, and that it works again.
 */
export function createOutageWatch({
  logger,
  lost,
  back,
  nowMs = () => performance.now(),
}: Options): OutageWatch {
  let failures = 0;
  let lostAtMs = 0;
  let toldAtMs = 0;
  const outage = () => ({ failures, for_s: Math.round((nowMs() - lostAtMs) / 1000) });

  const failed = (err: unknown) => {
    failures += 1;
    if (failures === 1) lostAtMs = nowMs();
    else if (nowMs() - toldAtMs < repeatMs) return;
    toldAtMs = nowMs();
    logger.error({ err, ...outage() }, lost);
  };
  const worked = () => {
    if (failures > 0) logger.info(outage(), back);
    failures = 0;
  };
  return (work) => work.then(worked, failed);
}
