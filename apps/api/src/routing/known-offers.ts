import {
  type AliasIndex,
  createChannelNames,
  type KnownModel,
  modelKey,
  type Offer,
  probePlanOf,
  type Target,
} from '@api-monitor/core';
import {
  type Database,
  listModelStates,
  listTargetsByIds,
  type ModelStateRow,
} from '@api-monitor/db';
import type { Pricer } from '@api-monitor/prices';
import type { EvidenceTracker } from './evidence-tracker.ts';

/** A target's model with all that is known of both. */
export interface StoredOffer extends KnownModel {
  target: Target;
  model: string;
  state: ModelStateRow;
}

/** The same with its price, as routing needs it. */
export interface KnownOffer extends Offer, StoredOffer {
  target: Target;
}

export function pricedOffers(offers: readonly StoredOffer[], priceOf: Pricer): KnownOffer[] {
  return offers.map((offer) => ({ ...offer, price: priceOf(offer.target, offer.model) }));
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

/** Reads all offers, or those of some targets, of models with some names, or both. Models that are gone are no offers. */
export async function listOffers(
  deps: OfferDeps,
  { target_ids, models }: { target_ids?: readonly number[]; models?: readonly string[] } = {},
): Promise<StoredOffer[]> {
  // As gateways compare names, with and without Google's prefix.
  const names = models?.flatMap((model) => [modelKey(model), `models/${modelKey(model)}`]);
  const asked = { ...(target_ids ? { target_ids } : {}), models: names, with_history: false };
  const states = await listModelStates(deps.db, asked);
  const targetIds = [...new Set(states.map((state) => state.target_id))];
  const targets = new Map((await listTargetsByIds(deps.db, targetIds)).map((it) => [it.id, it]));
  return states.flatMap((state) => {
    const target = targets.get(state.target_id);
    if (!target || state.gone_at !== null) return [];
    return { ...knownModelOf(deps, target, state), target, model: state.model, state };
  });
}

interface OfferDeps {
  db: Database;
  evidence: EvidenceTracker;
}

/**
 * What these targets offer under a name or another of its group's, by their aliases too; offers of this very
 * name come first, as at the gateway.
 */
export async function listOffersNamed(
  deps: OfferDeps,
  name: string,
  { targets, aliases }: { targets: readonly Target[]; aliases: AliasIndex },
): Promise<{ exact: StoredOffer[]; others: StoredOffer[] }> {
  const names = aliases.namesLike(modelKey(name));
  const idsByTarget = new Map(
    targets.map(({ id, model_aliases }) => [id, names.map(createChannelNames(model_aliases).idOf)]),
  );
  const models = [...new Set([...idsByTarget.values()].flat())];
  const target_ids = targets.map(({ id }) => id);
  const found = models.length === 0 ? [] : await listOffers(deps, { target_ids, models });
  const placeOf = ({ target, model }: StoredOffer) =>
    idsByTarget.get(target.id)?.indexOf(modelKey(model)) ?? -1;
  return {
    exact: found.filter((offer) => placeOf(offer) === 0),
    others: found.filter((offer) => placeOf(offer) > 0),
  };
}
