import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { Caller } from '../auth/caller.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { rawJson } from './raw-json.ts';
import { streamPieces } from './stream-pieces.ts';
import { targetSchema } from './target-schema.ts';
import { viewTargets } from './view-targets.ts';

const answerSchema = z.object({
  items: z.array(targetSchema),
  permissions: z.object({ role: z.enum(['admin', 'visitor']) }),
});

export function listTargetsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets',
    summary: 'All channels in their order, with the latest state of every model',
    tags: ['targets'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: {
      query: z.object({
        history: z
          .enum(['0', '1'])
          .optional()
          .openapi({ description: "0 leaves the models' histories out" }),
      }),
    },
    responses: jsonAnswer(answerSchema, 'the channels'),
  });
  return createRouter().openapi(route, async (c) => {
    const role = c.var.caller;
    const items = await viewTargets(deps, role, c.req.valid('query').history !== '0');
    const text = streamPieces(answerPieces(items, role));
    return rawJson<z.infer<typeof answerSchema>>(c, text);
  });
}

async function* answerPieces(items: AsyncIterable<Uint8Array>, role: Caller) {
  yield Buffer.from('{"items":');
  yield* items;
  yield Buffer.from(`,"permissions":${JSON.stringify({ role })}}`);
}
