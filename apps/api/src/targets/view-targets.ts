import type { Target } from '@api-monitor/core';
import { listModelStates, listRunningTargetIds, listTargets } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { Caller } from '../auth/caller.ts';
import { serialiseTarget, type TargetView } from './serialise-target.ts';

type ViewDeps = Pick<ApiDeps, 'db' | 'progress'>;

/** One target as JSON text, with its models and their histories. */
export async function viewTarget(deps: ViewDeps, target: Target, caller: Caller): Promise<string> {
  const view = await createView(deps, caller, true);
  const states = await listModelStates(deps.db, { target_id: target.id });
  return Buffer.concat(serialiseTarget(target, states, view)).toString();
}

/** Every target as a JSON list, in their order and in pieces: at most tens of megabytes in all. */
export async function viewTargets(
  deps: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<Buffer[]> {
  const view = await createView(deps, caller, withHistory);
  const targets = await listTargets(deps.db);
  const states = await listModelStates(deps.db, { with_history: withHistory });
  const statesByTarget = Map.groupBy(states, (state) => state.target_id);
  const pieces = targets.flatMap((target, index) => [
    ...(index === 0 ? [] : [Buffer.from(',')]),
    ...serialiseTarget(target, statesByTarget.get(target.id) ?? [], view),
  ]);
  return [Buffer.from('['), ...pieces, Buffer.from(']')];
}

async function createView(
  { db, progress }: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<TargetView> {
  const runningIds = new Set(await listRunningTargetIds(db));
  return { db, caller, runningIds, progress, withHistory };
}
