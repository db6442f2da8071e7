import { gatewayRoutes } from '@api-monitor/core';
import { requestOutcomes } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';

/** A positive whole number in a query. */
export const idQuery = z.coerce
  .number({ error: 'must be a whole number' })
  .int({ error: 'must be a whole number' })
  .positive()
  .max(Number.MAX_SAFE_INTEGER)
  .openapi({ type: 'integer' });

/** A time in a query. */
export const unixSecondsQuery = z.coerce
  .number({ error: 'must be Unix seconds' })
  .min(0)
  .openapi({ type: 'number', description: 'Unix seconds' });

/** What narrows the gateway's requests down, in a list as in totals. */
export const filterQuery = {
  key_id: z
    .union([z.literal('master').transform(() => null), idQuery], {
      error: 'must be the id of a proxy key, or "master"',
    })
    .optional()
    .openapi({ type: 'string', description: "a key's id, or master" }),
  target_id: idQuery.optional(),
  model: z.string().max(512).optional().openapi({ description: 'as the channel names it' }),
  route: z.enum(gatewayRoutes).optional(),
  outcome: z
    .enum(requestOutcomes)
    .optional()
    .openapi({ description: 'a stream that broke midway is an upstream_error' }),
  from: unixSecondsQuery.optional(),
  to: unixSecondsQuery.optional(),
};
