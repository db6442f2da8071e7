import type { Target } from '@api-monitor/core';
import { listRunningTargetIds } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { Audit } from '../audit/record-action.ts';
import { assertKeyKnown } from './masked-secrets.ts';

/** Queues a run of a channel. Resolves to false if it is running, or queued, already. Throws AppError `invalid_input` without a key. */
export async function startRun(
  { db, bus }: Pick<ApiDeps, 'db' | 'bus'>,
  audit: Audit,
  target: Target,
): Promise<boolean> {
  assertKeyKnown(db, target);
  const { id } = target;
  const isRunning = (await listRunningTargetIds(db)).includes(id);
  const isQueued = !isRunning && (await bus.manualRuns.add(`${id}`, { target_id: id }));
  if (isQueued) await audit(db, 'target.run', target);
  return isQueued;
}
