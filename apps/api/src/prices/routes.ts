import {
  AppError,
  type EffectivePrice,
  priceRequest,
  settingRules,
  settingsInForce,
} from '@api-monitor/core';
import {
  listTargets,
  listUnpricedModels,
  type RepricedRequests,
  readPriceDataState,
  readSettings,
  repriceRequests,
} from '@api-monitor/db';
import { createPricer } from '@api-monitor/prices';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { listOffers } from '../routing/known-offers.ts';
import { changePlainSettings } from '../settings/change-plain-settings.ts';
import { pricesSchema, repricedSchema, repriceSchema } from './price-schema.ts';

const path = '/api/prices';
const responses = jsonAnswer(pricesSchema, 'the prices');

/** What models cost, what has no price, and pricing stored requests again. */
export function priceRoutes(deps: ApiDeps) {
  const { adminRoute } = createRouteKinds(deps, 'models');
  return createRouter()
    .openapi(
      adminRoute('get', path, {
        summary: 'What every known model costs on every channel, and what has no price',
        responses,
      }),
      async (c) => c.json(await listPrices(deps), 200),
    )
    .openapi(
      adminRoute('put', path, {
        summary: 'Set the prices for all channels: the setting `prices`',
        request: { body: jsonBody(z.strictObject({ prices: settingRules.prices.schema })) },
        responses,
      }),
      async (c) => {
        const { prices } = c.req.valid('json');
        await changePlainSettings(deps, c, () => ({ prices }));
        return c.json(await listPrices(deps), 200);
      },
    )
    .openapi(
      adminRoute('post', `${path}/reprice`, {
        summary: 'Price stored requests again by the prices of now; the totals follow',
        description:
          'In steps, so that nothing else waits: call it again with `after` set to `next` until that is null.',
        request: { body: jsonBody(repriceSchema) },
        responses: jsonAnswer(repricedSchema, 'what this step changed, or would change'),
      }),
      async (c) => {
        const step = c.req.valid('json');
        if (step.to <= step.from) {
          const fields = { to: { code: 'too_small', bound: step.from } } as const;
          throw new AppError('invalid_input', 'to must be later than from', { fields });
        }
        const item = await reprice(deps, step);
        const { from, to, dry_run, after } = step;
        // One entry for all steps, at the first.
        if (!dry_run && after === null) {
          const changes = [
            { field: 'from', old: null, new: from },
            { field: 'to', old: null, new: to },
          ];
          await c.var.audit(deps.db, 'requests.repriced', null, changes);
        }
        return c.json(item, 200);
      },
    );
}

type Prices = z.infer<typeof pricesSchema>;

const countedS = 30 * 86_400;

/** What every known model costs on every channel, those first whose requests have an unknown cost. */
async function listPrices(deps: ApiDeps): Promise<Prices> {
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

/** How many requests a step looks at: a few milliseconds each time for everybody else. */
const stepLength = 500;

/**
 * Prices one step of the stored requests by the prices of now, at the hours when they were made. Requests of
 * channels that are gone stay as they are.
 */
async function reprice(
  { db, prices, givenSettings }: Pick<ApiDeps, 'db' | 'prices' | 'givenSettings'>,
  { from, to, dry_run, after }: z.output<typeof repriceSchema>,
): Promise<RepricedRequests> {
  const settings = settingsInForce(await readSettings(db), givenSettings);
  const priceOf = await createPricer(prices, settings);
  const targets = new Map((await listTargets(db)).map((target) => [target.id, target]));
  return repriceRequests(db, {
    ...{ from, to, after, limit: stepLength, isDryRun: dry_run },
    priceOf(request) {
      const target = request.target_id === null ? undefined : targets.get(request.target_id);
      if (!target) return undefined;
      return priceRequest(request, request.model === null ? null : priceOf(target, request.model));
    },
  });
}
