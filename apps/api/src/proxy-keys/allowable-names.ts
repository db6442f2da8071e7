import { aliasGroupLine } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { offeredNames } from '../routing/offered-names.ts';
import { readAliases } from '../routing/read-aliases.ts';

const answerSchema = z
  .object({
    models: z.array(z.string()).describe('each id once'),
    channels: z.array(
      z.object({
        id: z.int(),
        name: z.string(),
        enabled: z.boolean(),
        tags: z.array(z.string()),
        model_aliases: z.array(z.string()),
        models: z.array(z.int()).describe('places in the list of models'),
      }),
    ),
    model_aliases: z.array(z.string()).describe('the groups of names in force'),
  })
  .openapi('AllowableNames');
type Answer = z.infer<typeof answerSchema>;

/** Everything that a key's list of models may name, small enough to be searched in the page. */
export function allowableNamesRoute(deps: ApiDeps) {
  const { sessionRoute } = createRouteKinds(deps, 'gateway');
  return createRouter().openapi(
    sessionRoute('get', '/api/proxy/names', {
      summary: 'The channels, models and tags that a key may be limited to',
      responses: jsonAnswer(answerSchema, 'the names'),
    }),
    async (c) => c.json(await namesOf(deps), 200),
  );
}

async function namesOf(deps: ApiDeps): Promise<Answer> {
  const placeOf = new Map<string, number>();
  const channels: Answer['channels'] = [];
  for await (const { target, names } of offeredNames(deps.db)) {
    const { id, name, enabled, tags, model_aliases } = target;
    const models = names.map((model) => {
      const place = placeOf.get(model) ?? placeOf.size;
      placeOf.set(model, place);
      return place;
    });
    channels.push({ id, name, enabled, tags, model_aliases, models });
  }
  const groups = (await readAliases(deps, deps.db)).groups.map(aliasGroupLine);
  return { models: [...placeOf.keys()], channels, model_aliases: groups };
}
