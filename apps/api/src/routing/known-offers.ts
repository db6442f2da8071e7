import { type KnownModel, modelKey, type Offer, probePlanOf, type Target } from '@api-monitor/core';
import {
  type Database,
  listModelStates,
  listTargetsByIds,
  type ModelStateRow,
} from '@api-monitor/db';
import type { EvidenceTracker } from './evidence-tracker.ts';

/** A target's model with all that is known of both. */
export interface KnownOffer extends Offer {
  target: Target;
  state: ModelStateRow;
}

/** All that is known about a model, as the database and the gateways have it. */
export function knownModelOf(
  { evidence }: { evidence: EvidenceTracker },
  target: Target,
  state: ModelStateRow,
): KnownModel {
  return {
    plan: probePlanOf(state.model, target.dont_probe),
    evidence: evidence.evidenceOf(state),
    fault: evidence.latestFaultOf(target),
  };
}

/** Reads all offers, or those of one target, of one model, or both. Models that are gone are no offers. */
export async function listOffers(
  deps: { db: Database; evidence: EvidenceTracker },
  { target_id, model }: { target_id?: number; model?: string } = {},
): Promise<KnownOffer[]> {
  const target_ids = target_id === undefined ? {} : { target_ids: [target_id] };
  const read = (name?: string) =>
    listModelStates(deps.db, { ...target_ids, model: name, with_history: false });
  // As gateways compare names, with and without Google's prefix.
  const names = model === undefined ? [undefined] : [modelKey(model), `models/${modelKey(model)}`];
  const states = (await Promise.all(names.map(read))).flat();
  const targetIds = [...new Set(states.map((state) => state.target_id))];
  const targets = new Map((await listTargetsByIds(deps.db, targetIds)).map((it) => [it.id, it]));
  return states.flatMap((state) => {
    const target = targets.get(state.target_id);
    if (!target || state.gone_at !== null) return [];
    return { ...knownModelOf(deps, target, state), target, model: state.model, state };
  });
}
