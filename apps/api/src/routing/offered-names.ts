import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { modelKey, type Target } from '@api-monitor/core';
import { type Database, listOfferedNames, listTargets } from '@api-monitor/db';

/** Each channel with the names of its models, as names are compared; others are served in between. */
export async function* offeredNames(
  db: Database,
): AsyncGenerator<{ target: Target; names: string[] }> {
  for (const target of await listTargets(db)) {
    yield { target, names: (await listOfferedNames(db, target.id)).map(modelKey) };
    // SQLite answers without yielding.
    await yieldToEventLoop();
  }
}
