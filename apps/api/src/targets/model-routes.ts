import { type Target, targetFieldSchemas, wireProtocols } from '@api-monitor/core';
import { type Database, listAvailableModels } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { type createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { changerOf, changeTarget, findTarget } from './change-targets.ts';

/** Accepted and dropped, so that an item can be read, changed and sent back. */
const ignored = z.unknown().optional().openapi({ description: 'read-only: ignored' });
const modelsPatchSchema = z.strictObject({
  selected_models: targetFieldSchemas.selected_models,
  target_id: ignored,
  target_name: ignored,
  available_models: ignored,
});
const modelsSchema = z.object({
  item: z.object({
    target_id: z.int(),
    target_name: z.string(),
    selected_models: z.array(z.string()).openapi({ description: 'empty: all' }),
    available_models: z.array(
      z.object({ model: z.string(), protocol: z.enum(wireProtocols), success: z.boolean() }),
    ),
  }),
});

type RouteKind = ReturnType<typeof createRouteKinds>['sessionRoute'];

/** The calls that read and select a channel's models, at `path`. */
export function modelRoutes<Path extends string>(
  deps: ApiDeps,
  path: Path,
  read: RouteKind,
  change: RouteKind,
) {
  const { db } = deps;
  return createRouter()
    .openapi(
      read('get', path, {
        summary: 'The models that a channel has listed, and those that are selected for probing',
        request: { params: idParams },
        responses: jsonAnswer(modelsSchema, 'the models'),
      }),
      async (c) => c.json(await modelsOf(db, await findTarget(db, c.req.valid('param').id)), 200),
    )
    .openapi(
      change('patch', path, {
        summary: 'Select the models to probe; an empty list means all',
        request: { params: idParams, body: jsonBody(modelsPatchSchema) },
        responses: jsonAnswer(modelsSchema, 'the models'),
      }),
      async (c) => {
        const current = await findTarget(db, c.req.valid('param').id);
        const { selected_models } = c.req.valid('json');
        const target = await changeTarget(deps, changerOf(c, deps), current, { selected_models });
        return c.json(await modelsOf(db, target), 200);
      },
    );
}

async function modelsOf(db: Database, { id, name, selected_models }: Target) {
  const available_models = await listAvailableModels(db, id);
  return { item: { target_id: id, target_name: name, selected_models, available_models } };
}
