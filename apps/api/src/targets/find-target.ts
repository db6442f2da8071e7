import { AppError, type Target } from '@api-monitor/core';
import { type Database, getTarget } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import { wholeNumber } from '../whole-number-query.ts';

/** `{id}` in a path. */
export const targetIdParams = z.object({
  id: wholeNumber('must be a whole number above 0')
    .refine((id) => id > 0, { error: 'must be a whole number above 0' })
    .openapi({ param: { name: 'id', in: 'path' }, type: 'integer', minimum: 1 }),
});

/** Throws AppError `not_found` where there is no such target. */
export async function findTarget(db: Database, id: number): Promise<Target> {
  const target = await getTarget(db, id);
  if (!target) throw new AppError('not_found', `there is no channel ${id}`);
  return target;
}
