import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Target } from '@api-monitor/core';
import { listModelStates, listRunningTargetIds, listTargets } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { Caller } from '../auth/caller.ts';
import { encodePieces } from './encode-pieces.ts';
import { serialiseTarget, type TargetView } from './serialise-target.ts';

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
 * Every target as a JSON list, in their order and part by part: the whole may be tens of megabytes.
 * Rejects before the first part where the database is out of reach.
 */
export async function viewTargets(
  deps: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const view = await createView(deps, caller, withHistory);
  return listParts(await listTargets(deps.db), view);
}

async function* listParts(targets: readonly Target[], view: TargetView) {
  yield encodePieces(['[']);
  for (let at = 0; at < targets.length; at += targetsPerPart) {
    // A database that answers at once never lets go: between two parts, others have their turn.
    if (at > 0) await turnOfOthers();
    const pieces = await serialiseAll(targets.slice(at, at + targetsPerPart), view);
    yield encodePieces(at > 0 ? [',', ...pieces] : pieces);
  }
  yield encodePieces([']']);
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
