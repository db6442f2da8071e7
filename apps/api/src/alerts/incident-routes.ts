import {
  AppError,
  type AuditAction,
  actOnIncident,
  type Incident,
  type IncidentAction,
  incidentEventShape,
  incidentShape,
  severities,
} from '@api-monitor/core';
import {
  countOpenIncidents,
  type Database,
  getIncident,
  inTransaction,
  listDeliveries,
  listDestinations,
  listIncidentEvents,
  listIncidents,
  stepStoredAlerts,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody, pageOf, pageSchema } from '../describe-route.ts';
import { idParams, idQuery, limitQuery } from '../query-schemas.ts';
import { type ApiEnv, createRouter } from '../router.ts';
import { deliverySchema } from './delivery-routes.ts';
import { eventsForVisitor, incidentForVisitor, visibleKinds } from './incidents-for-visitors.ts';

const incidentSchema = z.object(incidentShape.shape).openapi('Incident');
const eventSchema = z.object(incidentEventShape.shape).openapi('IncidentEvent');
const querySchema = z.object({
  state: z.enum(['open', 'past']).optional(),
  severity: z.enum(severities).optional(),
  target_id: idQuery.optional().openapi({
    ...{ type: 'integer', description: 'only those with a member on this channel' },
  }),
  before_id: idQuery.optional().openapi({ type: 'integer', description: 'the next page' }),
  limit: limitQuery({ default: 50, max: 200 }),
});
const listSchema = pageSchema(incidentSchema).extend({
  open: z.int().describe('how many go on, whatever the filters'),
  can_change: z.boolean().describe('whether the caller may acknowledge, mute and see deliveries'),
});
const itemSchema = z.object({ item: incidentSchema });
const mostEvents = 1_000;
const mostDeliveries = 500;

export function incidentRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { visitorRoute, adminRoute } = createRouteKinds(deps, 'alerts');
  return createRouter()
    .openapi(
      visitorRoute('get', '/api/incidents', {
        summary: 'Incidents by cause, newest first',
        request: { query: querySchema },
        responses: jsonAnswer(listSchema, 'a page of the incidents'),
      }),
      async (c) => {
        const { limit, state, ...filter } = c.req.valid('query');
        const which = state === undefined ? {} : { is_open: state === 'open' };
        const found = await listIncidents(db, { ...which, ...filter, limit: limit + 1 });
        const isAdmin = c.var.caller === 'admin';
        const shown = (all: Incident[]) =>
          isAdmin ? all : all.flatMap((one) => incidentForVisitor(one) ?? []);
        const open = await countOpenIncidents(db, isAdmin ? null : visibleKinds);
        const { items, next_before_id } = pageOf(found, limit);
        return c.json({ items: shown(items), next_before_id, open, can_change: isAdmin }, 200);
      },
    )
    .openapi(
      visitorRoute('get', '/api/incidents/{id}', {
        summary: 'An incident with its timeline and what was sent about it',
        request: { params: idParams },
        responses: jsonAnswer(
          itemSchema.extend({
            events: z.array(eventSchema).describe(`oldest first, the last ${mostEvents}`),
            deliveries: z.array(deliverySchema).describe('newest first; for admins'),
            destinations: z
              .array(z.object({ id: z.int(), name: z.string() }))
              .describe('of the deliveries'),
          }),
          'the incident',
        ),
      }),
      async (c) => {
        const found = await findIncident(db, c.req.valid('param').id);
        const isAdmin = c.var.caller === 'admin';
        const item = isAdmin ? found : incidentForVisitor(found);
        if (!item) throw notFound();
        const of = { incident_id: item.id, limit: mostEvents };
        const events = await listIncidentEvents(db, of);
        const keys = events.flatMap(({ detail }) => noticesIn(detail));
        if (!isAdmin) {
          const shown = {
            item,
            events: eventsForVisitor(events),
            deliveries: [],
            destinations: [],
          };
          return c.json(shown, 200);
        }
        const deliveries = await listDeliveries(db, {
          keys: keys.slice(-mostDeliveries),
          limit: mostDeliveries,
        });
        const destinations = (await listDestinations(db)).map(({ id, name }) => ({ id, name }));
        return c.json({ item, events, deliveries, destinations }, 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/incidents/{id}/acknowledge', {
        summary: 'Say that somebody is on it: no reminder and no escalation follows',
        request: {
          params: idParams,
          body: jsonBody(z.strictObject({ acknowledged: z.boolean() })),
        },
        responses: jsonAnswer(itemSchema, 'the incident'),
      }),
      async (c) => {
        const { acknowledged } = c.req.valid('json');
        const action: IncidentAction = acknowledged
          ? { kind: 'acknowledge', by: byOf(c) }
          : { kind: 'withdraw' };
        const item = await act(deps, c, c.req.valid('param').id, action);
        return c.json({ item }, 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/incidents/{id}/mute', {
        summary: 'Tell nobody about it until then, not even of its end; null: tell again',
        request: {
          params: idParams,
          body: jsonBody(
            z.strictObject({
              until: z.number().positive().nullable().describe('Unix seconds, in the future'),
            }),
          ),
        },
        responses: jsonAnswer(itemSchema, 'the incident'),
      }),
      async (c) => {
        const { until } = c.req.valid('json');
        if (until !== null && until <= now()) {
          const fields = { until: { code: 'not_in_future' } } as const;
          const message = 'until must be in the future (Unix seconds)';
          throw new AppError('invalid_input', message, { fields });
        }
        const by = byOf(c);
        const action: IncidentAction =
          until === null ? { kind: 'unmute', by } : { kind: 'mute', until, by };
        const item = await act(deps, c, c.req.valid('param').id, action);
        return c.json({ item }, 200);
      },
    );
}

const auditActionOf: Readonly<Record<IncidentAction['kind'], AuditAction>> = {
  acknowledge: 'incident.acknowledged',
  withdraw: 'incident.withdrawn',
  mute: 'incident.muted',
  unmute: 'incident.unmuted',
};

/** Who does it, as notices and timelines say. */
function byOf({ var: { actor } }: Context<ApiEnv>): string {
  return actor.actor === 'session' ? `admin (${actor.address})` : `API (${actor.address})`;
}

async function act(
  { db, now, bus }: ApiDeps,
  c: Context<ApiEnv>,
  id: number,
  action: IncidentAction,
): Promise<Incident> {
  const item = await inTransaction(db, async (tx) => {
    await findIncident(tx, id);
    const { incidents } = await stepStoredAlerts(
      tx,
      (state) => {
        const acted = actOnIncident(state, id, action, now());
        if (!acted) throw new AppError('conflict', 'the incident is over');
        const { incident, event } = acted;
        return { state: acted.state, incidents: [incident], events: [event], notices: [] };
      },
      now(),
    );
    const [changed] = incidents;
    if (!changed) throw new AppError('conflict', 'the incident is over');
    await c.var.audit(tx, auditActionOf[action.kind], { id, name: changed.cause });
    return changed;
  });
  await bus.events.publish({ type: 'incidents_changed', data: { incident_ids: [id] } });
  return item;
}

async function findIncident(db: Database, id: number): Promise<Incident> {
  const found = await getIncident(db, id);
  if (!found) throw notFound();
  return found;
}

function notFound(): AppError {
  return new AppError('not_found', 'there is no such incident');
}

/** The keys of the notices that a line of the timeline is about. */
function noticesIn({ notices }: Record<string, unknown>): string[] {
  return Array.isArray(notices) ? notices.filter((key) => typeof key === 'string') : [];
}
