import { AppError, type Target } from '@api-monitor/core';
import { type Database, getTarget } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';

/** `{id}` in a path. */
export const targetIdParams = z.object({
  id: z.coerce
    .number({ error: 'must be a whole number' })
    .int({ error: 'must be a whole number' })
    .positive()
    .max(Number.MAX_SAFE_INTEGER)
    .openapi({ param: { name: 'id', in: 'path' }, type: 'integer' }),
});

/** Throws AppError `not_found` where there is no such target. */
export async function findTarget(db: Database, id: number): Promise<Target> {
  const target = await getTarget(db, id);
  if (!target) throw new AppError('not_found', `there is no channel ${id}`);
  return target;
}
