import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Target } from '@api-monitor/core';
import { listModelStates, listRunningTargetIds, listTargets } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { Caller } from '../auth/caller.ts';
import { serialiseTarget, type TargetView } from './serialise-target.ts';
import { encodePieces } from './stream-json.ts';

type ViewDeps = Pick<ApiDeps, 'db' | 'progress' | 'breakers'>;

/** Ten channels of fifty models take a few milliseconds. */
const targetsPerPart = 10;

/** One target as JSON text, with its models and their histories. */
export async function viewTarget(deps: ViewDeps, target: Target, caller: Caller): Promise<string> {
  const view = await createView(deps, caller, true);
  const states = await listModelStates(deps.db, { target_id: target.id });
  return serialiseTarget(target, states, view).join('');
}

/**
 * All targets in their order, and the caller's role, as JSON piece by piece, because the whole may be tens
 * of megabytes. Rejects before the first piece if the database is out of reach.
 */
export async function streamTargets(
  deps: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const view = await createView(deps, caller, withHistory);
  return listPieces(await listTargets(deps.db), view);
}

async function* listPieces(targets: readonly Target[], view: TargetView) {
  yield encodePieces(['{"items":[']);
  for (let at = 0; at < targets.length; at += targetsPerPart) {
    // A database that answers at once never yields, so other work gets its turn between two parts.
    if (at > 0) await yieldToEventLoop();
    const pieces = await serialiseAll(targets.slice(at, at + targetsPerPart), view);
    yield encodePieces(at > 0 ? [',', ...pieces] : pieces);
  }
  yield encodePieces([`],"permissions":${JSON.stringify({ role: view.caller })}}`]);
}

async function serialiseAll(targets: readonly Target[], view: TargetView): Promise<string[]> {
  const states = await listModelStates(view.db, {
    target_ids: targets.map((target) => target.id),
    with_history: view.withHistory,
  });
  const statesByTarget = Map.groupBy(states, (state) => state.target_id);
  return targets.flatMap((target, index) => {
    const pieces = serialiseTarget(target, statesByTarget.get(target.id) ?? [], view);
    return index > 0 ? [',', ...pieces] : pieces;
  });
}

async function createView(
  { db, progress, breakers }: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<TargetView> {
  const runningIds = new Set(await listRunningTargetIds(db));
  return { db, caller, runningIds, progress, breakers, withHistory };
}
