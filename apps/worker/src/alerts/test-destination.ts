import type { TestDestinationJob } from '@api-monitor/core';
import { openSealedConfig } from '@api-monitor/db';
import type { WorkerDeps } from '../worker-deps.ts';
import { type Sending, sendTest } from './deliver-claimed.ts';

/** Sends a test to a destination, stored or not, and publishes the answer. */
export async function testDestination(
  { bus, ...sending }: Omit<Sending, 'signal'> & Pick<WorkerDeps, 'bus'>,
  job: TestDestinationJob,
  cut: AbortSignal,
): Promise<void> {
  const { test_id, sealed_config, expires_at } = job;
  if (sending.nowS() >= expires_at) return;
  const left = new AbortController();
  const unsubscribe = bus.events.subscribe(({ event }) => {
    const isAboutThis = event.type === 'destination_tested' && event.data.test_id === test_id;
    if (isAboutThis && event.data.result === null) left.abort();
  });
  const signal = AbortSignal.any([cut, left.signal]);
  try {
    const config = openSealedConfig(sending.db, sealed_config);
    const result = await sendTest({ ...sending, signal }, { ...job, config });
    if (signal.aborted) return;
    await bus.events.publish({ type: 'destination_tested', data: { test_id, result } });
  } finally {
    unsubscribe();
  }
}
