import { AppError, noKeyYet, type Target, targetFieldSchemas } from '@api-monitor/core';
import { inTransaction, listTargets, openTarget, reorderTargets } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { assertAdmin } from '../auth/authenticate.ts';
import { readOnlyFields } from '../derive-schema.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { type ApiEnv, createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { actOnTargets, bulkAnswerSchema, bulkSchema } from './bulk-actions.ts';
import {
  addTarget,
  changerOf,
  changeTarget,
  findTarget,
  publishUpdates,
  removeTarget,
} from './change-targets.ts';
import { maskableFields, withoutMasked } from './masked-secrets.ts';
import { modelRoutes } from './model-routes.ts';
import { startRun } from './start-run.ts';
import { rawJson, streamPieces } from './stream-json.ts';
import { targetSchema } from './target-schema.ts';
import { streamTargets, viewTarget } from './view-targets.ts';

const itemSchema = z.object({ item: targetSchema });
const listSchema = z.object({
  items: z.array(targetSchema),
  permissions: z.object({ role: z.enum(['admin', 'visitor']) }),
});
const listQuery = z.object({
  history: z
    .enum(['0', '1'])
    .optional()
    .openapi({ description: "0: without the models' histories" }),
});
const orderSchema = z.strictObject({ ids: z.array(z.int().positive()).min(1).max(10_000) });
const keySchema = z.object({
  item: z.object({
    id: z.int(),
    api_key: z.string(),
    keys: z.array(z.object({ name: z.string(), api_key: z.string(), enabled: z.boolean() })),
  }),
});

const fields = z.object(targetFieldSchemas);
const optionalFields = fields.partial().shape;

const ignoredFields = readOnlyFields(targetSchema.shape, targetFieldSchemas);

const createTargetSchema = z
  .strictObject({
    ...optionalFields,
    ...fields.pick({ name: true, base_url: true }).shape,
    ...ignoredFields,
  })
  .openapi('NewTarget');

const patchTargetSchema = z
  .strictObject({
    ...optionalFields,
    ...maskableFields,
    ...ignoredFields,
  })
  .openapi('TargetPatch');

export function targetRoutes(deps: ApiDeps) {
  const { db, now } = deps;
  const { visitorRoute, adminRoute } = createRouteKinds(deps, 'targets');
  const answerWith = async (c: Context<ApiEnv>, target: Target) => {
    const text = `{"item":${await viewTarget(deps, target, c.var.caller)}}`;
    return rawJson<z.infer<typeof itemSchema>>(c, text);
  };
  return createRouter()
    .openapi(
      visitorRoute('get', '/api/targets', {
        summary: 'All channels in their order, with the latest state of every model',
        request: { query: listQuery },
        responses: jsonAnswer(listSchema, 'the channels'),
      }),
      async (c) => {
        const withHistory = c.req.valid('query').history !== '0';
        const pieces = await streamTargets(deps, c.var.caller, withHistory);
        return rawJson<z.infer<typeof listSchema>>(c, streamPieces(pieces));
      },
    )
    .openapi(
      adminRoute('post', '/api/targets', {
        summary: 'Add a channel',
        description: "Refused if base_url is this monitor's own address.",
        request: { body: jsonBody(createTargetSchema) },
        responses: jsonAnswer(itemSchema, 'the new channel'),
      }),
      async (c) => {
        const body = c.req.valid('json');
        const { name, base_url } = body;
        const given = { ...sentFields(body, targetFieldSchemas), name, base_url };
        return answerWith(c, await addTarget(deps, changerOf(c, deps), given));
      },
    )
    .openapi(
      adminRoute('post', '/api/targets/reorder', {
        summary: 'Set the order of the channels; those left out follow in their present order',
        request: { body: jsonBody(orderSchema) },
        responses: jsonAnswer(okSchema, 'reordered'),
      }),
      async (c) => {
        const before = new Map((await listTargets(db)).map((one) => [one.id, one.sort_order]));
        await inTransaction(db, async (tx) => {
          await reorderTargets(tx, c.req.valid('json').ids, now());
          await c.var.audit(tx, 'targets.reordered');
        });
        const moved = (await listTargets(db)).filter((it) => before.get(it.id) !== it.sort_order);
        await publishUpdates(
          deps,
          moved.map(({ id }) => id),
        );
        return c.json({ ok: true as const }, 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/targets/bulk', {
        summary: 'Do the same to many channels: run, pause, resume, tag, untag, interval or delete',
        description:
          'The channels are changed one after the other, and the answer says for each what happened.',
        request: { body: jsonBody(bulkSchema) },
        responses: jsonAnswer(bulkAnswerSchema, 'what happened to each channel'),
      }),
      async (c) => {
        const items = await actOnTargets(deps, changerOf(c, deps), c.req.valid('json'));
        return c.json({ items }, 200);
      },
    )
    .openapi(
      visitorRoute('get', '/api/targets/{id}', {
        summary: 'One channel, with the latest state and history of every model',
        request: { params: idParams },
        responses: jsonAnswer(itemSchema, 'the channel'),
      }),
      async (c) => answerWith(c, await findTarget(db, c.req.valid('param').id)),
    )
    .openapi(
      adminRoute('patch', '/api/targets/{id}', {
        summary: 'Change a channel',
        description: "Refused if it would move to this monitor's own address.",
        request: { params: idParams, body: jsonBody(patchTargetSchema) },
        responses: jsonAnswer(itemSchema, 'the changed channel'),
      }),
      async (c) => {
        const current = await findTarget(db, c.req.valid('param').id);
        const sent = sentFields(c.req.valid('json'), targetFieldSchemas);
        const patch = withoutMasked(db, current, sent);
        return answerWith(c, await changeTarget(deps, changerOf(c, deps), current, patch));
      },
    )
    .openapi(
      adminRoute('delete', '/api/targets/{id}', {
        summary: 'Delete a channel with its runs',
        request: { params: idParams },
        responses: jsonAnswer(okSchema, 'deleted'),
      }),
      async (c) => {
        await removeTarget(deps, changerOf(c, deps), c.req.valid('param').id);
        return c.json({ ok: true as const }, 200);
      },
    )
    .openapi(
      visitorRoute('post', '/api/targets/{id}/run', {
        summary: 'Probe a channel now, even if it is disabled',
        request: { params: idParams },
        responses: jsonAnswer(okSchema.extend({ message: z.string() }), 'the run starts'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        const { name } = target;
        if (!target.visitor_channel_actions_enabled) assertAdmin(c.var.caller);
        const isStarted = await startRun(deps, c.var.audit, target);
        if (!isStarted) throw new AppError('conflict', `channel "${name}" is already running`);
        return c.json({ ok: true as const, message: `channel "${name}" starts running` }, 200);
      },
    )
    .route('/', modelRoutes(deps, '/api/targets/{id}/models', visitorRoute, adminRoute))
    .openapi(
      adminRoute('get', '/api/targets/{id}/secret', {
        summary: "A channel's API key, or all of its keys, in plain text",
        request: { params: idParams },
        responses: jsonAnswer(keySchema, 'the keys; none in `keys` if api_key is the only one'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        await c.var.audit(db, 'target.secret_read', target);
        c.header('Cache-Control', 'no-store');
        const { id, api_key, keys } = openTarget(db, target);
        return c.json({ item: { id, api_key: api_key === noKeyYet ? '' : api_key, keys } }, 200);
      },
    );
}
