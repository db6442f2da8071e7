import type { MonitorEvent } from '@api-monitor/core';
import type { WorkerDeps } from '../worker-deps.ts';

/** Publishes an event; one that can't be told is logged and holds nothing up: who misses it re-reads. */
export async function tell(
  { bus, logger }: Pick<WorkerDeps, 'bus' | 'logger'>,
  event: MonitorEvent,
): Promise<void> {
  try {
    await bus.events.publish(event);
  } catch (err) {
    logger.error({ err, type: event.type }, 'event not published');
  }
}
