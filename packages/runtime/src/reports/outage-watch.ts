import type { Logger } from './logger.ts';

/** Waits for one run of periodic work; never rejects. */
export type OutageWatch = (work: Promise<unknown>) => Promise<void>;

interface Options {
  logger: Pick<Logger, 'error' | 'info'>;
  /** Logged when it fails. */
  lost: string;
  /** Logged when it works again. */
  back: string;
  nowMs?: () => number;
}

const repeatMs = 60_000;

/** For work that runs every second or so: logs when it fails, once a minute while it does, and when it works again. */
export function createOutageWatch({
  logger,
  lost,
  back,
  nowMs = () => performance.now(),
}: Options): OutageWatch {
  let failures = 0;
  let lostAtMs = 0;
  let loggedAtMs = 0;
  const outage = () => ({ failures, for_s: Math.round((nowMs() - lostAtMs) / 1000) });
  const failed = (err: unknown) => {
    failures += 1;
    if (failures === 1) lostAtMs = nowMs();
    else if (nowMs() - loggedAtMs < repeatMs) return;
    loggedAtMs = nowMs();
    logger.error({ err, ...outage() }, lost);
  };
  const worked = () => {
    if (failures > 0) logger.info(outage(), back);
    failures = 0;
  };
  return (work) => work.then(worked, failed);
}
