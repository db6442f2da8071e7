import {
  AppError,
  changesBetween,
  type Maintenance,
  maintenanceAt,
  maintenanceFieldSchemas,
  maintenanceShape,
  nextMaintenance,
} from '@api-monitor/core';
import {
  createMaintenance,
  type Database,
  deleteMaintenance,
  inTransaction,
  listMaintenance,
  updateMaintenance,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { readOnlyFields } from '../derive-schema.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';

const periodSchema = z
  .object({ from: z.number(), until: z.number() })
  .nullable()
  .describe('Unix seconds');
const maintenanceSchema = z
  .object({
    ...maintenanceShape.shape,
    current: periodSchema.describe('the period that is going on; null: none'),
    next: periodSchema.describe('the next one; null: none'),
  })
  .openapi('Maintenance');

const defaults = {
  enabled: true,
  target_ids: [],
  tags: [],
  models: [],
  is_public: true,
  drains: false,
};
const bodyFields = {
  ...z.object(maintenanceFieldSchemas).partial().shape,
  ...readOnlyFields(maintenanceSchema.shape, maintenanceFieldSchemas),
};
const { name, schedule } = maintenanceFieldSchemas;
const newSchema = z.strictObject({ ...bodyFields, name, schedule }).openapi('NewMaintenance');
const patchSchema = z.strictObject(bodyFields).openapi('MaintenancePatch');
const itemSchema = z.object({ item: maintenanceSchema });

export function maintenanceRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { adminRoute } = createRouteKinds(deps, 'alerts');
  const publishChange = () => deps.bus.events.publish({ type: 'alerts_changed', data: {} });
  const shown = (maintenance: Maintenance) => ({
    ...maintenance,
    current: maintenanceAt(maintenance, now()),
    next: nextMaintenance(maintenance, now()),
  });
  return createRouter()
    .openapi(
      adminRoute('get', '/api/maintenance', {
        summary: 'Maintenance windows: in them nobody is told of outages',
        responses: jsonAnswer(z.object({ items: z.array(maintenanceSchema) }), 'the windows'),
      }),
      async (c) => c.json({ items: (await listMaintenance(db)).map(shown) }, 200),
    )
    .openapi(
      adminRoute('post', '/api/maintenance', {
        summary: 'Plan a maintenance: once, weekly, or by cron',
        request: { body: jsonBody(newSchema) },
        responses: jsonAnswer(itemSchema, 'the new window'),
      }),
      async (c) => {
        const body = c.req.valid('json');
        const fields = sentFields(body, maintenanceFieldSchemas);
        const input = { ...defaults, ...fields, name: body.name, schedule: body.schedule };
        const item = await inTransaction(db, async (tx) => {
          const created = await createMaintenance(tx, input);
          await c.var.audit(tx, 'maintenance.created', created, changesBetween({}, { ...input }));
          return created;
        });
        await publishChange();
        return c.json({ item: shown(item) }, 200);
      },
    )
    .openapi(
      adminRoute('patch', '/api/maintenance/{id}', {
        summary: 'Change a maintenance window',
        request: { params: idParams, body: jsonBody(patchSchema) },
        responses: jsonAnswer(itemSchema, 'the changed window'),
      }),
      async (c) => {
        const patch = sentFields(c.req.valid('json'), maintenanceFieldSchemas);
        const item = await inTransaction(db, async (tx) => {
          const { id, ...before } = await findMaintenance(tx, c.req.valid('param').id);
          const changed = await updateMaintenance(tx, id, { ...before, ...patch });
          if (!changed) throw notFound();
          const changes = changesBetween({ ...before }, { ...patch });
          await c.var.audit(tx, 'maintenance.changed', changed, changes);
          return changed;
        });
        await publishChange();
        return c.json({ item: shown(item) }, 200);
      },
    )
    .openapi(
      adminRoute('delete', '/api/maintenance/{id}', {
        summary: 'Delete a maintenance window, and end it if it is going on',
        request: { params: idParams },
        responses: jsonAnswer(okSchema, 'deleted'),
      }),
      async (c) => {
        await inTransaction(db, async (tx) => {
          const current = await findMaintenance(tx, c.req.valid('param').id);
          await deleteMaintenance(tx, current.id);
          await c.var.audit(tx, 'maintenance.deleted', current);
        });
        await publishChange();
        return c.json({ ok: true as const }, 200);
      },
    );
}

async function findMaintenance(db: Database, id: number): Promise<Maintenance> {
  const found = (await listMaintenance(db)).find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}

function notFound(): AppError {
  return new AppError('not_found', 'there is no such maintenance window');
}
