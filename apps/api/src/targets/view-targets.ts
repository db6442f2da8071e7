import type { Target } from '@api-monitor/core';
import {
  listModelStates,
  listRunningTargetIds,
  listTargets,
  type ModelStateRow,
} from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { Caller } from '../auth/caller.ts';
import { serialiseTarget, type TargetView } from './serialise-target.ts';

type ViewDeps = Pick<ApiDeps, 'db' | 'progress'>;

/** One target as JSON text, with its models and their histories. */
export async function viewTarget(deps: ViewDeps, target: Target, caller: Caller): Promise<string> {
  const view = await createView(deps, caller, true);
  const states = await listModelStates(deps.db, { target_id: target.id });
  return serialiseTarget(target, states, view);
}

/** Every target as JSON texts, in their order. */
export async function viewTargets(
  deps: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<string[]> {
  const view = await createView(deps, caller, withHistory);
  const targets = await listTargets(deps.db);
  const states = await listModelStates(deps.db, { with_history: withHistory });
  const statesByTarget = groupByTarget(states);
  return targets.map((target) =>
    serialiseTarget(target, statesByTarget.get(target.id) ?? [], view),
  );
}

async function createView(
  { db, progress }: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<TargetView> {
  const runningIds = new Set(await listRunningTargetIds(db));
  return { db, caller, runningIds, progress, withHistory };
}

function groupByTarget(states: readonly ModelStateRow[]): Map<number, ModelStateRow[]> {
  const groups = new Map<number, ModelStateRow[]>();
  for (const state of states) {
    const group = groups.get(state.target_id);
    if (group) group.push(state);
    else groups.set(state.target_id, [state]);
  }
  return groups;
}
