import { AppError } from '@api-monitor/core';
import {
  type Database,
  getLatestFinishedRun,
  getRun,
  listRunModels,
  type RunRow,
} from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { limitQuery, wholeNumber } from '../whole-number-query.ts';
import { findTarget, targetIdParams } from './find-target.ts';
import { rawJson } from './raw-json.ts';
import { runItem } from './run-item.ts';
import { probeRowSchema, runSchema } from './run-schema.ts';
import { targetSchema } from './target-schema.ts';
import { viewTarget } from './view-targets.ts';

const querySchema = z.object({
  scope: z.enum(['latest', 'all']).default('latest'),
  run_id: wholeNumber('must be a whole number')
    .optional()
    .openapi({ type: 'integer', description: 'this run, whatever the scope' }),
  limit: limitQuery({ default: 5000, max: 20_000 }),
});

const answerSchema = z.object({
  target: targetSchema,
  // A nullable reference would be documented as one that is never null.
  run: z.union([runSchema, z.null()]).openapi({ description: 'null: of all runs, or of none yet' }),
  count: z.int(),
  items: z.array(probeRowSchema),
});

export function listLogsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/targets/{id}/logs',
    summary: "A channel's probes: of its latest run, of one run, or of all",
    tags: ['history'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    request: { params: targetIdParams, query: querySchema },
    responses: jsonAnswer(answerSchema, 'the probes'),
  });
  return createRouter().openapi(route, async (c) => {
    const target = await findTarget(deps.db, c.req.valid('param').id);
    const { run, items } = await readLogs(deps.db, target.id, c.req.valid('query'));
    const view = await viewTarget(deps, target, c.var.caller);
    const rest = JSON.stringify({ run: run && runItem(run), count: items.length, items });
    return rawJson<z.infer<typeof answerSchema>>(c, `{"target":${view},${rest.slice(1)}`);
  });
}

async function readLogs(db: Database, target_id: number, query: z.output<typeof querySchema>) {
  const { scope, limit, run_id } = query;
  if (run_id === undefined && scope === 'all') {
    return { run: null, items: await listRunModels(db, { target_id, limit }) };
  }
  const run =
    run_id === undefined
      ? await getLatestFinishedRun(db, target_id)
      : await findRun(db, target_id, run_id);
  if (!run) return { run: null, items: [] };
  return { run, items: await listRunModels(db, { target_id, run_id: run.id, limit }) };
}

async function findRun(db: Database, targetId: number, runId: number): Promise<RunRow> {
  const run = await getRun(db, runId);
  if (run?.target_id !== targetId) {
    throw new AppError('not_found', `run_id: channel ${targetId} has no run ${runId}`);
  }
  return run;
}
