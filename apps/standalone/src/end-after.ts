import type { Logger } from '@api-monitor/runtime';

/** A part of the process has died: whoever watches over the process starts it again, whole. */
export function endAfter(err: Error, logger: Logger): never {
  logger.fatal({ err }, 'the gateway died');
  process.exit(1);
}
