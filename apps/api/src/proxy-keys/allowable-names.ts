import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { aliasGroupLine, modelKey } from '@api-monitor/core';
import { listOfferedNames, listTargets } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
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
  for (const { id, name, enabled, tags, model_aliases } of await listTargets(deps.db)) {
    const models = (await listOfferedNames(deps.db, id)).map((model) => {
      const key = modelKey(model);
      const place = placeOf.get(key) ?? placeOf.size;
      placeOf.set(key, place);
      return place;
    });
    channels.push({ id, name, enabled, tags, model_aliases, models });
    // SQLite answers without yielding, and others must be served meanwhile.
    await yieldToEventLoop();
  }
  const groups = (await readAliases(deps, deps.db)).groups.map(aliasGroupLine);
  return { models: [...placeOf.keys()], channels, model_aliases: groups };
}
