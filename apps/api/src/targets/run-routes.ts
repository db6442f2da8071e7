import { AppError, probeRowLimit, probeRowShape, runShape } from '@api-monitor/core';
import {
  type Database,
  getLatestFinishedRun,
  getRun,
  listRunModels,
  listRuns,
  type RunRow,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, pageOf, pageSchema } from '../describe-route.ts';
import { idParams, idQuery, limitQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { findTarget } from './change-targets.ts';
import { rawJson } from './stream-json.ts';
import { targetSchema } from './target-schema.ts';
import { viewTarget } from './view-targets.ts';

const runSchema = z.object(runShape.shape).openapi('Run');
const probeRowSchema = z.object(probeRowShape.shape).openapi('Probe');

const runsQuery = z.object({
  limit: limitQuery({ default: 20, max: 200 }),
  before_id: idQuery
    .optional()
    .openapi({ type: 'integer', description: 'runs older than this one: the next page' }),
  traffic: z
    .enum(['0', '1'])
    .optional()
    .openapi({ description: '1: with the probes of single models that failed traffic asked for' }),
});
const runsSchema = pageSchema(runSchema).extend({ target: targetSchema });

const logsQuery = z.object({
  scope: z
    .enum(['latest', 'all'])
    .default('latest')
    .openapi({ description: 'latest: the latest run, and the single probes since' }),
  run_id: idQuery
    .optional()
    .openapi({ type: 'integer', description: 'this run; `scope` does not matter then' }),
  limit: limitQuery({ default: 5000, max: probeRowLimit }),
});
const logsSchema = z.object({
  target: targetSchema,
  // A nullable reference would be documented as one that is never null.
  run: z
    .union([runSchema, z.null()])
    .openapi({ description: 'null: the probes are of all runs, or there is no run yet' }),
  count: z.int(),
  items: z.array(probeRowSchema),
});

export function runRoutes(deps: ApiDeps) {
  const { db } = deps;
  const { visitorRoute } = createRouteKinds(deps, 'history');
  return createRouter()
    .openapi(
      visitorRoute('get', '/api/targets/{id}/runs', {
        summary: "A channel's runs, newest first",
        request: { params: idParams, query: runsQuery },
        responses: jsonAnswer(runsSchema, 'the runs'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        const { limit, traffic, before_id } = c.req.valid('query');
        const which = { with_traffic: traffic === '1', ...(before_id ? { before_id } : {}) };
        const page = pageOf(await listRuns(db, target.id, limit + 1, which), limit);
        const view = await viewTarget(deps, target, c.var.caller);
        const rest = JSON.stringify({ ...page, items: page.items.map(runItem) });
        const text = `{"target":${view},${rest.slice(1)}`;
        return rawJson<z.infer<typeof runsSchema>>(c, text);
      },
    )
    .openapi(
      visitorRoute('get', '/api/targets/{id}/logs', {
        summary: "A channel's probes: of its latest run and since, of one run, or of all runs",
        request: { params: idParams, query: logsQuery },
        responses: jsonAnswer(logsSchema, 'the probes'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        const { run, items } = await readLogs(db, target.id, c.req.valid('query'));
        const view = await viewTarget(deps, target, c.var.caller);
        const shown = c.var.caller === 'admin' ? items : items.map(withoutCost);
        const rest = JSON.stringify({
          run: run && runItem(run),
          count: items.length,
          items: shown,
        });
        return rawJson<z.infer<typeof logsSchema>>(c, `{"target":${view},${rest.slice(1)}`);
      },
    );
}

/** A run on the wire, without the time at which its worker was last seen. */
function runItem({ heartbeat_at: _beat, ...run }: RunRow): z.infer<typeof runSchema> {
  return run;
}

/** Only admins see what probes cost. */
function withoutCost(row: z.infer<typeof probeRowSchema>): z.infer<typeof probeRowSchema> {
  return { ...row, cost: null };
}

async function readLogs(db: Database, target_id: number, query: z.output<typeof logsQuery>) {
  const { scope, limit, run_id } = query;
  if (run_id === undefined && scope === 'all') {
    return { run: null, items: await listRunModels(db, { target_id, limit }) };
  }
  const run =
    run_id === undefined
      ? await getLatestFinishedRun(db, target_id)
      : await findRun(db, target_id, run_id);
  if (!run) return { run: null, items: [] };
  const of = { target_id, run_id: run.id, with_rechecks: run_id === undefined };
  return { run, items: await listRunModels(db, { ...of, limit }) };
}

async function findRun(db: Database, targetId: number, runId: number): Promise<RunRow> {
  const run = await getRun(db, runId);
  if (run?.target_id === targetId) return run;
  const message = `run_id: channel ${targetId} has no run ${runId}`;
  throw new AppError('not_found', message, { fields: { run_id: { code: 'does_not_exist' } } });
}
