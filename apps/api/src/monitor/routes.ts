import { AppError, targetCountsShape } from '@api-monitor/core';
import { countTargets, listRunningTargetIds, pingDatabase } from '@api-monitor/db';
import { version } from '@api-monitor/runtime';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';

const healthSchema = z.object({
  ok: z.literal(true),
  running_targets: z.array(z.int()).openapi({ description: 'the ids of running channels' }),
  version: z.string().openapi({ description: "the product's version", example: '1.2.0' }),
});

const withoutWrites =
  ': changes are refused, but the gateway keeps serving; its requests and the results of runs are recorded once writes succeed again';

const withoutBus =
  ': channels can be read and changed and the gateway keeps serving, but no run starts and no event is sent until it is back';

const dashboardSchema = z.object(targetCountsShape.shape);

export function monitorRoutes(deps: ApiDeps) {
  const { publicRoute, visitorRoute } = createRouteKinds(deps, 'monitor');
  return createRouter()
    .openapi(
      publicRoute('get', '/api/health', {
        summary: 'Whether the monitor is healthy; a 503 says what is wrong',
        description: 'It tries a write at most every ten seconds.',
        responses: jsonAnswer(healthSchema, 'healthy'),
      }),
      async (c) => {
        const running_targets = await readRunning(deps);
        const writeFault = await deps.db.writeFault();
        if (writeFault) throw new AppError('unavailable', `${writeFault}${withoutWrites}`);
        const busFault = await deps.bus.fault();
        if (busFault) throw new AppError('unavailable', `${busFault}${withoutBus}`);
        return c.json({ ok: true as const, running_targets, version }, 200);
      },
    )
    .openapi(
      visitorRoute('get', '/api/dashboard', {
        summary: 'How many channels there are, in total and by status',
        responses: jsonAnswer(dashboardSchema, 'the counts'),
      }),
      async (c) => c.json(await countTargets(deps.db), 200),
    );
}

/** Any failure here means that the database can't be read. */
async function readRunning({ db }: ApiDeps): Promise<number[]> {
  await pingDatabase(db);
  try {
    return await listRunningTargetIds(db);
  } catch (cause) {
    throw new AppError('unavailable', 'The database does not answer.', { cause });
  }
}

/** `/metrics` in Prometheus' text format, which is not in the document. Needs the API token unless `METRICS_PUBLIC` is set. */
export function metricsRoute(deps: ApiDeps) {
  const router = createRouter();
  if (!deps.metricsPublic) router.use('/metrics', authenticate(deps), requireAdmin);
  return router.get('/metrics', async (c) => {
    const texts = [await deps.metrics.metrics(), (await deps.moreMetrics?.()) ?? ''];
    return c.text(texts.join('\n'), 200, { 'content-type': deps.metrics.contentType });
  });
}
