import {
  chooseRoute,
  isExcluded,
  probePlanOf,
  probePlans,
  protocolOf,
  type Target,
  targetFieldSchemas,
  wireProtocols,
} from '@api-monitor/core';
import { type AvailableModel, listAvailableModels, listModelStates } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { answerShape } from '../derive-schema.ts';
import { type createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { idParams } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { changerOf, changeTarget, findTarget } from './change-targets.ts';

/** The fields that say which models a channel has, and which of them are probed. */
const modelFields = z.object(targetFieldSchemas).pick({
  selected_models: true,
  models: true,
  models_mode: true,
  exclude: true,
  dont_probe: true,
});

/** Where a model is known from. */
const sources = ['listed', 'typed', 'gone'] as const;

/** Accepted and dropped, so that an item can be read, changed and sent back. */
const ignored = z.unknown().optional().openapi({ description: 'read-only: ignored' });
const modelsPatchSchema = z.strictObject({
  ...modelFields.partial().shape,
  target_id: ignored,
  target_name: ignored,
  available_models: ignored,
});
const modelsSchema = z.object({
  item: z.object({
    target_id: z.int(),
    target_name: z.string(),
    ...answerShape(modelFields).shape,
    selected_models: z.array(z.string()).openapi({ description: 'empty: all' }),
    available_models: z.array(
      z.object({
        model: z.string(),
        protocol: z.enum(wireProtocols),
        success: z.boolean().describe('of the latest probe'),
        source: z
          .enum(sources)
          .describe('listed by the channel, typed by hand, or gone from the list'),
        plan: z.enum(probePlans).describe('what probes do with it: ask it, or leave it out'),
      }),
    ),
  }),
});

type ModelsItem = z.infer<typeof modelsSchema>['item'];
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
        summary:
          "A channel's models: those it lists, those typed by hand, those gone from its list, and which are probed",
        request: { params: idParams },
        responses: jsonAnswer(modelsSchema, 'the models'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        return c.json({ item: await modelsOf(deps, target) }, 200);
      },
    )
    .openapi(
      change('patch', path, {
        summary: "Change which models a channel has, and which are probed; what isn't sent stays",
        request: { params: idParams, body: jsonBody(modelsPatchSchema) },
        responses: jsonAnswer(modelsSchema, 'the models'),
      }),
      async (c) => {
        const current = await findTarget(db, c.req.valid('param').id);
        const patch = sentFields(c.req.valid('json'), modelFields.shape);
        const target = await changeTarget(deps, changerOf(c, deps), current, patch);
        return c.json({ item: await modelsOf(deps, target) }, 200);
      },
    );
}

async function modelsOf({ db }: ApiDeps, target: Target): Promise<ModelsItem> {
  const { id, name, selected_models, models, models_mode, exclude, dont_probe } = target;
  const states = await listModelStates(db, { target_ids: [id], with_history: false });
  const known = new Map<string, AvailableModel & { source: (typeof sources)[number] }>();
  for (const model of await listAvailableModels(db, id)) {
    known.set(model.model, { ...model, source: 'listed' });
  }
  for (const { model, protocol, success, gone_at } of states) {
    if (gone_at !== null) known.set(model, { model, protocol, success, source: 'gone' });
  }
  for (const model of models) {
    const { protocol, success } = known.get(model) ?? unprobed(model);
    known.set(model, { model, protocol, success, source: 'typed' });
  }
  const available_models = [...known.values()]
    .filter(({ model }) => !isExcluded(model, target))
    .map((one) => ({ ...one, plan: probePlanOf(one.model, dont_probe) }))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
  const fields = { selected_models, models, models_mode, exclude, dont_probe };
  return { target_id: id, target_name: name, ...fields, available_models };
}

function unprobed(model: string): Pick<AvailableModel, 'protocol' | 'success'> {
  const plan = chooseRoute(model);
  return { protocol: plan.kind === 'skip' ? 'openai' : protocolOf(plan.route), success: false };
}
