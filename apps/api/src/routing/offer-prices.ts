import {
  type ChannelPricing,
  createAliasIndex,
  createChannelPricing,
  type EffectivePrice,
  type GivenSettings,
  growingTo,
  type PriceRules,
  parsePriceRule,
  settingsInForce,
  type Target,
} from '@api-monitor/core';
import { type Database, readSettings } from '@api-monitor/db';
import type { PriceSource, PriceTable } from '@api-monitor/prices';
import { LRUCache } from 'lru-cache';

/** What a target charges for a model; null: unknown. */
export type PriceOf = (target: Target, model: string) => EffectivePrice | null;

export type OfferPrices = ReturnType<typeof createOfferPrices>;

interface Deps {
  db: Database;
  givenSettings: GivenSettings;
  prices: PriceSource;
}

const targetLimit = 5_000;

/** A target's prices as far as they were asked for; `madeOf` tells whether they still hold. */
interface KnownPrices {
  madeOf: string;
  pricing: ChannelPricing;
  byModel: Map<string, EffectivePrice | null>;
}

/**
 * Prices the models of targets as the gateways do. What was looked up is kept until the settings, the price
 * table or the target change, because a list of models asks for thousands.
 */
export function createOfferPrices(deps: Deps) {
  const known = new LRUCache<number, KnownPrices>(growingTo(targetLimit));
  return {
    async read(): Promise<PriceOf> {
      const { prices, model_aliases } = settingsInForce(
        await readSettings(deps.db),
        deps.givenSettings,
      );
      const aliases = createAliasIndex(model_aliases);
      const rules: PriceRules = { rules: prices.map(parsePriceRule), aliases };
      const revision = await deps.prices.revision();
      const table = await deps.prices.table();
      const shared = [revision, ...prices, ...model_aliases].join('\n');
      return (target, model) => {
        const found = pricesOf(known, target, shared);
        const price = found.byModel.get(model);
        if (price !== undefined) return price;
        const looked = lookUp(found.pricing, { model, rules, table });
        found.byModel.set(model, looked);
        return looked;
      };
    },
  };
}

function pricesOf(
  known: LRUCache<number, KnownPrices>,
  target: Target,
  shared: string,
): KnownPrices {
  const { prices, price_multiplier, unit_cost, model_aliases, base_url } = target;
  const own = [price_multiplier, unit_cost, base_url, ...prices, '', ...model_aliases];
  const madeOf = [...own, shared].join('\n');
  const before = known.get(target.id);
  if (before?.madeOf === madeOf) return before;
  const fresh = { madeOf, pricing: createChannelPricing(target), byModel: new Map() };
  known.set(target.id, fresh);
  return fresh;
}

function lookUp(
  pricing: ChannelPricing,
  { model, rules, table }: { model: string; rules: PriceRules; table: PriceTable },
): EffectivePrice | null {
  const list = table.find(pricing.askedOf(model, rules.aliases));
  return pricing.effectivePrice(model, rules, list);
}
