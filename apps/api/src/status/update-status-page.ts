import { AppError, changesBetween } from '@api-monitor/core';
import {
  type Database,
  inTransaction,
  listTargetsByIds,
  readStatusPage,
  replaceStatusItems,
  type StatusItemInput,
  writeStatusPage,
} from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, jsonBody, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { chooseSlugs } from './choose-slugs.ts';
import { viewStatusPage } from './get-status-page.ts';
import { type StatusPagePatch, statusPagePatchSchema, statusPageSchema } from './status-schema.ts';

export function updateStatusPageRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'patch',
    path: '/api/admin/status-page',
    summary: 'Change the public status page; its lines come as a whole',
    tags: ['status'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: { body: jsonBody(statusPagePatchSchema) },
    responses: jsonAnswer(statusPageSchema, 'the changed page'),
  });
  return createRouter().openapi(route, async (c) => {
    const { items, ...settings } = c.req.valid('json');
    await inTransaction(deps.db, async (tx) => {
      const page = await readStatusPage(tx);
      await writeStatusPage(tx, { ...page, ...sent(settings) }, deps.now());
      if (items) await replaceStatusItems(tx, await linesOf(tx, items));
      const changes = changesBetween({ ...page }, sent(settings));
      await recordAction(tx, c.var.actor, { action: 'status_page.changed', changes }, deps.now());
    });
    return c.json({ item: await viewStatusPage(deps.db) }, 200);
  });
}

/** Without the fields that were not sent. */
function sent({ enabled, title, description }: Omit<StatusPagePatch, 'items'>) {
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}

async function linesOf(
  db: Database,
  items: NonNullable<StatusPagePatch['items']>,
): Promise<StatusItemInput[]> {
  const ids = new Set(items.flatMap(({ target_id }) => target_id ?? []));
  const known = new Set((await listTargetsByIds(db, [...ids])).map(({ id }) => id));
  const slugs = chooseSlugs(items);
  return items.map(({ name, target_id, model }, index) => {
    if (target_id !== null && !known.has(target_id)) {
      const fault = `items.${index}.target_id: there is no channel ${target_id}`;
      throw new AppError('invalid_input', fault);
    }
    return { slug: slugs[index] ?? '', name, target_id, model };
  });
}
