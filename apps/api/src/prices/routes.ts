import { AppError, settingRules } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { changePlainSettings } from '../settings/change-plain-settings.ts';
import { listPrices } from './list-prices.ts';
import { pricesSchema, repricedSchema, repriceSchema } from './price-schema.ts';
import { reprice } from './reprice.ts';

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
