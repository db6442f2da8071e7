import {
  AppError,
  changesBetween,
  type PublicState,
  slugOf,
  stateOfUptime,
  statusPageFieldSchemas,
} from '@api-monitor/core';
import {
  type Database,
  inTransaction,
  listStatusItems,
  listTargetsByIds,
  readStatusPage,
  replaceStatusItems,
  type StatusItemInput,
  writeStatusPage,
} from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, jsonBody } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { sentFields } from '../sent-fields.ts';
import { notPublished } from './not-published.ts';
import { readPublicItem, readPublicStatus } from './read-public-status.ts';
import {
  type PublicStatusItem,
  publicStatusSchema,
  type StatusPageItem,
  type StatusPagePatch,
  statusPagePatchSchema,
  statusPageSchema,
} from './status-schema.ts';

/** Short, so that a line taken off the page soon disappears from caches too. */
const publicCaching = 'public, max-age=30';

const badgeMetrics = ['state', 'uptime'] as const;

/** https://shields.io/badges/endpoint-badge */
const badgeSchema = z
  .object({
    schemaVersion: z.literal(1),
    label: z.string(),
    message: z.string(),
    color: z.string(),
  })
  .openapi('Badge');

export function statusRoutes(deps: ApiDeps) {
  const { db } = deps;
  const { publicRoute, sessionRoute } = createRouteKinds(deps, 'status');
  return createRouter()
    .openapi(
      sessionRoute('get', '/api/admin/status-page', {
        summary: 'What the public status page shows, and whether it is on',
        responses: jsonAnswer(statusPageSchema, 'the page and its lines'),
      }),
      async (c) => c.json({ item: await viewStatusPage(db) }, 200),
    )
    .openapi(
      sessionRoute('patch', '/api/admin/status-page', {
        summary: 'Change the public status page; `items` replaces all of its lines',
        request: { body: jsonBody(statusPagePatchSchema) },
        responses: jsonAnswer(statusPageSchema, 'the changed page'),
      }),
      async (c) => {
        const { items, ...body } = c.req.valid('json');
        const settings = sentFields(body, statusPageFieldSchemas);
        await inTransaction(db, async (tx) => {
          const page = await readStatusPage(tx);
          await writeStatusPage(tx, { ...page, ...settings }, deps.now());
          if (items) await replaceStatusItems(tx, await linesOf(tx, items));
          const changes = changesBetween({ ...page }, settings);
          await c.var.audit(tx, 'status_page.changed', null, changes);
        });
        return c.json({ item: await viewStatusPage(db) }, 200);
      },
    )
    .openapi(
      publicRoute('get', '/api/status', {
        summary: 'The public status page; 404 while it is off',
        responses: jsonAnswer(publicStatusSchema, 'what is published, and its state'),
      }),
      async (c) => {
        const item = await readPublicStatus(deps);
        c.header('Cache-Control', publicCaching);
        return c.json({ item }, 200);
      },
    )
    .openapi(
      publicRoute('get', '/badge/{file}', {
        summary: 'A badge for a line of the page: <slug>.svg, or <slug>.json for shields.io',
        request: {
          params: z.object({ file: z.string().openapi({ example: 'claude-sonnet-4-5.svg' }) }),
          query: z.object({
            metric: z
              .enum(badgeMetrics)
              .optional()
              .openapi({ description: 'state (the default), or the uptime over 90 days' }),
          }),
        },
        responses: {
          200: {
            description: 'the badge',
            content: {
              'image/svg+xml': { schema: z.string() },
              'application/json': { schema: badgeSchema },
            },
          },
        },
      }),
      async (c) => {
        const { file } = c.req.valid('param');
        const [, slug, ending] = /^([a-z0-9-]{1,64})\.(svg|json)$/.exec(file) ?? [];
        if (!slug) throw notPublished();
        const item = await readPublicItem(deps, slug);
        const badge = badgeOf(item, c.req.valid('query').metric ?? 'state');
        c.header('Cache-Control', publicCaching);
        if (ending === 'json') return c.json({ schemaVersion: 1 as const, ...badge }, 200);
        c.header('Content-Type', 'image/svg+xml; charset=utf-8');
        // With its tables of character widths it takes 3 MB, which many installations never need.
        const { makeBadge } = await import('badge-maker');
        return c.body(makeBadge(badge), 200);
      },
    );
}

async function viewStatusPage(db: Database): Promise<StatusPageItem> {
  return { ...(await readStatusPage(db)), items: await listStatusItems(db) };
}

type Lines = NonNullable<StatusPagePatch['items']>;

/**
 * The lines of the page as they are stored, each with a slug. Throws AppError `invalid_input` for a
 * channel that doesn't exist, and if two lines are given the same slug.
 */
async function linesOf(db: Database, items: Lines): Promise<StatusItemInput[]> {
  const ids = new Set(items.flatMap(({ target_id }) => target_id ?? []));
  const known = new Set((await listTargetsByIds(db, [...ids])).map(({ id }) => id));
  const slugs = chooseSlugs(items);
  return items.map(({ name, target_id, tag, model }, index) => {
    if (target_id !== null && !known.has(target_id)) {
      const field = `items.${index}.target_id`;
      const fields = { [field]: { code: 'does_not_exist' } } as const;
      throw new AppError('invalid_input', `${field}: there is no channel ${target_id}`, { fields });
    }
    return { slug: slugs[index] ?? '', name, target_id, tag, model };
  });
}

/** A slug for each line: the given one, else one made from the name, with a number if that is taken. */
function chooseSlugs(lines: Lines): string[] {
  const taken = new Set<string>();
  for (const [index, { slug }] of lines.entries()) {
    if (slug === undefined) continue;
    if (taken.has(slug)) {
      const field = `items.${index}.slug`;
      const fields = { [field]: { code: 'taken' } } as const;
      throw new AppError('invalid_input', `${field}: another line already has the slug "${slug}"`, {
        fields,
      });
    }
    taken.add(slug);
  }
  return lines.map(({ slug, name }) => {
    const chosen = slug ?? freeSlug(slugOf(name) || 'item', taken);
    taken.add(chosen);
    return chosen;
  });
}

function freeSlug(wish: string, taken: ReadonlySet<string>): string {
  let slug = wish;
  for (let number = 2; taken.has(slug); number += 1) slug = `${wish}-${number}`;
  return slug;
}

const colours: Record<PublicState, string> = {
  operational: 'brightgreen',
  degraded: 'yellow',
  outage: 'red',
  unknown: 'lightgrey',
};

function badgeOf({ name, state, uptime }: PublicStatusItem, metric: (typeof badgeMetrics)[number]) {
  if (metric === 'state') return { label: name, message: state, color: colours[state] };
  const message = uptime === null ? 'unknown' : `${uptime}%`;
  return { label: name, message, color: colours[stateOfUptime(uptime)] };
}
