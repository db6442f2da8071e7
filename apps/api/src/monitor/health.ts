import { AppError } from '@api-monitor/core';
import { listRunningTargetIds, pingDatabase } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';

const answerSchema = z.object({
  ok: z.literal(true),
  running_targets: z.array(z.int()).openapi({ description: 'the ids of running channels' }),
});

/** What goes on without the bus, and what doesn't. */
const degraded =
  ': channels can be read and changed and the gateway serves, but no run starts and no event is told until it is back';

export function healthRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/health',
    summary: 'Whether the monitor is well; 503 says what is out of reach',
    tags: ['monitor'],
    responses: jsonAnswer(answerSchema, 'all is well'),
  });
  return createRouter().openapi(route, async (c) => {
    const running_targets = await readRunning(deps);
    const fault = await deps.bus.fault();
    if (fault) throw new AppError('unavailable', `${fault}${degraded}`);
    return c.json({ ok: true as const, running_targets }, 200);
  });
}

/** Whatever fails here, the database is what is out of reach. */
async function readRunning({ db }: ApiDeps): Promise<number[]> {
  await pingDatabase(db);
  try {
    return await listRunningTargetIds(db);
  } catch (cause) {
    throw new AppError('unavailable', 'The database does not answer.', { cause });
  }
}
