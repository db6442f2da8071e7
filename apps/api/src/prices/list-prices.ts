import { type EffectivePrice, settingsInForce } from '@api-monitor/core';
import { listUnpricedModels, readPriceDataState, readSettings } from '@api-monitor/db';
import { createPricer } from '@api-monitor/prices';
import type { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { listOffers } from '../routing/known-offers.ts';
import type { pricesSchema } from './price-schema.ts';

type Prices = z.infer<typeof pricesSchema>;

const countedS = 30 * 86_400;

/** What every known model costs on every channel, those first whose requests have an unknown cost. */
export async function listPrices(deps: ApiDeps): Promise<Prices> {
  const { db, now, prices, givenSettings } = deps;
  const settings = settingsInForce(await readSettings(db), givenSettings);
  const priceOf = await createPricer(prices, settings);
  const unpriced = await listUnpricedModels(db, now() - countedS);
  const counts = new Map(unpriced.map((one) => [keyOf(one), one.requests]));
  const items = (await listOffers(deps)).map(({ target, model }) => ({
    target_id: target.id,
    target_name: target.name,
    model,
    price: shownPrice(priceOf(target, model)),
    unpriced_requests: counts.get(keyOf({ target_id: target.id, model })) ?? 0,
  }));
  items.sort((a, b) => b.unpriced_requests - a.unpriced_requests);
  const { fetched_at = null, tried_at = null, error = null } = (await readPriceDataState(db)) ?? {};
  const data = { source: settings.price_source, fetched_at, tried_at, error };
  return { currency: settings.currency, rules: settings.prices, data, items };
}

function keyOf({ target_id, model }: { target_id: number; model: string }): string {
  return `${target_id} ${model}`;
}

function shownPrice(price: EffectivePrice | null): Prices['items'][number]['price'] {
  return price && { ...price, prices: price.prices.map(withLists) };
}

function withLists({ tiers, daily, ...price }: EffectivePrice['prices'][number]) {
  return {
    ...price,
    ...(tiers ? { tiers: [...tiers] } : {}),
    ...(daily ? { daily: [...daily] } : {}),
  };
}
