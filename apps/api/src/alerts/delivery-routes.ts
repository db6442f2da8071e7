import { AppError, deliveryShape } from '@api-monitor/core';
import { getDelivery, inTransaction, listDeliveries, retryDelivery } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, pageOf, pageSchema } from '../describe-route.ts';
import { idParams, idQuery, limitQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';

export const deliverySchema = z.object(deliveryShape.shape).openapi('Delivery');

const querySchema = z.object({
  destination_id: idQuery.optional(),
  before_id: idQuery.optional().openapi({ type: 'integer', description: 'the next page' }),
  limit: limitQuery({ default: 50, max: 200 }),
});

export function deliveryRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { sessionRoute } = createRouteKinds(deps, 'alerts');
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/alerts/deliveries', {
        summary: 'What was sent to destinations, newest first, with their answers',
        request: { query: querySchema },
        responses: jsonAnswer(pageSchema(deliverySchema), 'a page of the log'),
      }),
      async (c) => {
        const { limit, ...filter } = c.req.valid('query');
        const found = await listDeliveries(db, { ...filter, limit: limit + 1 });
        return c.json(pageOf(found, limit), 200);
      },
    )
    .openapi(
      sessionRoute('post', '/api/alerts/deliveries/{id}/retry', {
        summary: 'Send again, now, what failed or waits for its next attempt; its key stays',
        request: { params: idParams },
        responses: jsonAnswer(z.object({ item: deliverySchema }), 'the delivery'),
      }),
      async (c) => {
        const { id } = c.req.valid('param');
        const item = await inTransaction(db, async (tx) => {
          const current = await getDelivery(tx, id);
          if (!current) throw new AppError('not_found', 'there is no such delivery');
          const retried = await retryDelivery(tx, id, now());
          if (!retried) throw new AppError('conflict', refusalOf(current.status));
          await c.var.audit(tx, 'delivery.retried', { id, name: current.key });
          return retried;
        });
        await deps.bus.events.publish({ type: 'alerts_changed', data: {} });
        return c.json({ item }, 200);
      },
    );
}

function refusalOf(status: string): string {
  return status === 'failed' || status === 'waiting'
    ? 'its destination was switched off or deleted'
    : `it can't be sent again: it is ${status}`;
}
