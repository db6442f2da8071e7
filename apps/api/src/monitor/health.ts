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

const withoutWrites =
  ': changes are refused and the gateway goes on; what it serves and what runs measure is recorded once writes succeed again';

const withoutBus =
  ': channels can be read and changed and the gateway serves, but no run starts and no event is told until it is back';

export function healthRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/health',
    summary: 'Whether the monitor is well; 503 says what is wrong',
    description: 'Whether writes succeed is tried at most every ten seconds.',
    tags: ['monitor'],
    responses: jsonAnswer(answerSchema, 'all is well'),
  });
  return createRouter().openapi(route, async (c) => {
    const running_targets = await readRunning(deps);
    const writeFault = await deps.db.writeFault();
    if (writeFault) throw new AppError('unavailable', `${writeFault}${withoutWrites}`);
    const busFault = await deps.bus.fault();
    if (busFault) throw new AppError('unavailable', `${busFault}${withoutBus}`);
    return c.json({ ok: true as const, running_targets }, 200);
  });
}

/** Any failure here means that the database cannot be read. */
async function readRunning({ db }: ApiDeps): Promise<number[]> {
  await pingDatabase(db);
  try {
    return await listRunningTargetIds(db);
  } catch (cause) {
    throw new AppError('unavailable', 'The database does not answer.', { cause });
  }
}
