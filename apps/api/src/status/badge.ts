import { AppError, type PublicState } from '@api-monitor/core';
import { createRoute, z } from '@hono/zod-openapi';
import { makeBadge } from 'badge-maker';
import type { ApiDeps } from '../api-deps.ts';
import { createRouter } from '../router.ts';
import { publicCaching } from './public-status.ts';
import { readPublicItem } from './read-public-status.ts';
import type { PublicStatusItem } from './status-schema.ts';

const metrics = ['state', 'uptime'] as const;

/** https://shields.io/badges/endpoint-badge */
const endpointBadgeSchema = z
  .object({
    schemaVersion: z.literal(1),
    label: z.string(),
    message: z.string(),
    color: z.string(),
  })
  .openapi('Badge');

export function badgeRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/badge/{file}',
    summary: 'A badge of something published: <slug>.svg, or <slug>.json for shields.io',
    tags: ['status'],
    request: {
      params: z.object({ file: z.string().openapi({ example: 'claude-sonnet-4-5.svg' }) }),
      query: z.object({
        metric: z
          .enum(metrics)
          .optional()
          .openapi({ description: 'state (the default), or the uptime of 90 days' }),
      }),
    },
    responses: {
      200: {
        description: 'the badge',
        content: {
          'image/svg+xml': { schema: z.string() },
          'application/json': { schema: endpointBadgeSchema },
        },
      },
    },
  });
  return createRouter().openapi(route, async (c) => {
    const { slug, ending } = partsOf(c.req.valid('param').file);
    const item = await readPublicItem(deps, slug);
    const badge = badgeOf(item, c.req.valid('query').metric ?? 'state');
    c.header('Cache-Control', publicCaching);
    if (ending === 'json') return c.json({ schemaVersion: 1 as const, ...badge }, 200);
    c.header('Content-Type', 'image/svg+xml; charset=utf-8');
    return c.body(makeBadge(badge), 200);
  });
}

function partsOf(file: string): { slug: string; ending: string } {
  const [, slug, ending] = /^([a-z0-9-]{1,64})\.(svg|json)$/.exec(file) ?? [];
  if (!slug || !ending) throw new AppError('not_found', 'nothing is published under this name');
  return { slug, ending };
}

const colours: Record<PublicState, string> = {
  operational: 'brightgreen',
  degraded: 'yellow',
  outage: 'red',
  unknown: 'lightgrey',
};

function badgeOf({ name, state, uptime }: PublicStatusItem, metric: (typeof metrics)[number]) {
  if (metric === 'state') return { label: name, message: state, color: colours[state] };
  const message = uptime === null ? 'unknown' : `${uptime}%`;
  return { label: name, message, color: colourOfUptime(uptime) };
}

function colourOfUptime(uptime: number | null): string {
  if (uptime === null) return colours.unknown;
  if (uptime >= 99) return colours.operational;
  return uptime >= 90 ? colours.degraded : colours.outage;
}
