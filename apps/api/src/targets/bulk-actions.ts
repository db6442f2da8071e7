import {
  AppError,
  mostTags,
  type Target,
  type TargetPatch,
  targetFieldSchemas,
  withoutTags,
  withTags,
} from '@api-monitor/core';
import { getTarget } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { fieldErrorsSchema } from '../errors/error-schema.ts';
import { mapInSlices } from '../transfer/map-in-slices.ts';
import { type Changer, changeTarget, removeTarget } from './change-targets.ts';
import { startRun } from './start-run.ts';

/** As many as a person may have on the page. */
const mostTargets = 1000;

const ids = z.array(z.int().positive()).min(1).max(mostTargets);
const { interval_min } = targetFieldSchemas;
// Without the transformation, whose type has no minimum.
const tags = targetFieldSchemas.tags.in.min(1);

export const bulkSchema = z
  .discriminatedUnion('action', [
    z.strictObject({ ids, action: z.literal('run') }),
    z.strictObject({ ids, action: z.literal('pause') }),
    z.strictObject({ ids, action: z.literal('resume') }),
    z.strictObject({ ids, action: z.literal('tag'), tags }),
    z.strictObject({ ids, action: z.literal('untag'), tags }),
    z.strictObject({ ids, action: z.literal('interval'), interval_min }),
    z.strictObject({ ids, action: z.literal('delete') }),
  ])
  .openapi('BulkAction');
type BulkAction = z.output<typeof bulkSchema>;

const bulkOutcomes = ['done', 'unchanged', 'refused', 'missing'] as const;

export const bulkAnswerSchema = z.object({
  items: z.array(
    z.object({
      id: z.int(),
      outcome: z
        .enum(bulkOutcomes)
        .describe(
          'unchanged: it was so already, or runs already; missing: there is no such channel',
        ),
      reason: z.string().nullable().describe('why it was refused'),
      fields: fieldErrorsSchema,
    }),
  ),
});
type BulkItem = z.infer<typeof bulkAnswerSchema>['items'][number];

/**
 * Does the same to many channels, one after the other, so that one that is refused doesn't keep the others
 * from it. Throws AppError `unavailable` if nothing can be done at all.
 */
export async function actOnTargets(
  deps: ApiDeps,
  by: Changer,
  request: BulkAction,
): Promise<BulkItem[]> {
  return mapInSlices([...new Set(request.ids)], async (id): Promise<BulkItem> => {
    const item = { id, reason: null, fields: {} };
    try {
      const target = await getTarget(deps.db, id);
      if (!target) return { ...item, outcome: 'missing' };
      const isDone = await actOn(deps, by, target, request);
      return { ...item, outcome: isDone ? 'done' : 'unchanged' };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'unavailable') throw error;
      if (error.code === 'not_found') return { ...item, outcome: 'missing' };
      return { ...item, outcome: 'refused', reason: error.message, fields: error.fields ?? {} };
    }
  });
}

/** Resolves to whether anything changed. */
async function actOn(
  deps: ApiDeps,
  by: Changer,
  target: Target,
  request: BulkAction,
): Promise<boolean> {
  if (request.action === 'run') return startRun(deps, by.audit, target);
  if (request.action === 'delete') {
    await removeTarget(deps, by, target.id);
    return true;
  }
  const patch = patchOf(target, request);
  if (patch === null) return false;
  await changeTarget(deps, by, target, patch);
  return true;
}

/** null if the channel is like that already. */
function patchOf(
  target: Target,
  request: Exclude<BulkAction, { action: 'run' | 'delete' }>,
): TargetPatch | null {
  switch (request.action) {
    case 'pause':
      return target.enabled ? { enabled: false } : null;
    case 'resume':
      return target.enabled ? null : { enabled: true };
    case 'interval': {
      const { interval_min } = request;
      return target.interval_min === interval_min ? null : { interval_min };
    }
    case 'tag':
    case 'untag': {
      const change = request.action === 'tag' ? withTags : withoutTags;
      const changed = change(target.tags, request.tags);
      if (changed.length > mostTags) throw tooManyTags();
      return changed.join('\n') === target.tags.join('\n') ? null : { tags: changed };
    }
  }
}

function tooManyTags(): AppError {
  return new AppError('invalid_input', `a channel may have at most ${mostTags} tags`, {
    fields: { tags: { code: 'too_many', bound: mostTags } },
  });
}
