import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { clientAddress } from '../auth/forwarded.ts';
import { tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';

export function eventRoutes(deps: ApiDeps) {
  return createRouter().openapi(
    createRoute({
      method: 'get',
      path: '/api/events',
      summary: 'The event stream, as Server-Sent Events',
      description:
        'Events: connected, run_progress, run_completed, target_updated, evidence_changed (live traffic changed what is known about a model on one route; the event has the whole new evidence), fault_changed (a whole channel began or stopped failing), incidents_changed (incidents began, changed or ended), heartbeat (every 15 s, so that a script notices a dead stream), and resync if the history no longer reaches back to Last-Event-ID. An EventSource cannot set headers, so the token may also come as ?token=.',
      tags: ['events'],
      security: tokenSecurity,
      middleware: authenticate(deps, { isTokenInQueryAllowed: true }),
      request: { query: z.object({ token: z.string().optional() }) },
      responses: {
        200: {
          description: 'an endless stream; a comment line and a heartbeat every 15 s keep it open',
          content: { 'text/event-stream': { schema: z.string() } },
        },
      },
    }),
    async (c) => {
      // The stream of a HEAD would never be read, and would count until it is full.
      if (c.req.method === 'HEAD') return c.body(null, 200, { 'cache-control': 'no-store' });
      const address = clientAddress(c, deps.trustedProxies);
      const lastEventId = c.req.header('last-event-id') || null;
      const stream = await deps.eventClients.connect(address, lastEventId);
      return c.body(stream, 200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // Proxies such as nginx hold back what they may buffer.
        'x-accel-buffering': 'no',
      });
    },
  );
}
