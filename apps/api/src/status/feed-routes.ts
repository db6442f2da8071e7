import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import { askedHost, isSecure } from '../auth/forwarded.ts';
import { createRouteKinds } from '../describe-route.ts';
import { type ApiEnv, createRouter } from '../router.ts';
import { readPublicStatus } from './read-public-status.ts';
import { feedLanguages, statusFeed } from './status-feed.ts';

const query = z.object({
  lang: z.enum(feedLanguages).optional().openapi({ description: 'English if it is absent' }),
});

/** https://www.jsonfeed.org/version/1/ */
const jsonFeed = z.record(z.string(), z.unknown());

/** What happens on the public status page, for feed readers. */
export function statusFeedRoutes(deps: ApiDeps) {
  const { publicRoute } = createRouteKinds(deps, 'status');
  const feedOf = async (
    c: Context<ApiEnv>,
    { lang: language = 'en' }: z.output<typeof query>,
    areTitlesHtml: boolean,
  ) => {
    const host = askedHost(c, deps.trustedProxies);
    const scheme = isSecure(c, deps.trustedProxies) ? 'https' : 'http';
    const address = deps.publicUrl ?? `${scheme}://${host}${deps.basePath.slice(0, -1)}`;
    const feed = statusFeed(await readPublicStatus(deps), { address, language, areTitlesHtml });
    c.header('Cache-Control', 'public, max-age=60');
    // Without PUBLIC_URL its links are as the caller says; a shared cache must give them to no other.
    if (!deps.publicUrl) c.header('Vary', 'Host, X-Forwarded-Host, X-Forwarded-Proto');
    return feed;
  };
  return createRouter()
    .openapi(
      publicRoute('get', '/status/feed.atom', {
        summary: 'Incidents, notes and maintenance of the status page as an Atom feed',
        request: { query },
        responses: {
          200: {
            description: 'the feed',
            content: { 'application/atom+xml': { schema: z.string() } },
          },
        },
      }),
      async (c) => {
        const feed = await feedOf(c, c.req.valid('query'), true);
        c.header('Content-Type', 'application/atom+xml; charset=utf-8');
        return c.body(feed.atom1(), 200);
      },
    )
    .openapi(
      publicRoute('get', '/status/feed.json', {
        summary: 'The same as a JSON Feed',
        request: { query },
        responses: {
          200: {
            description: 'the feed',
            content: { 'application/feed+json': { schema: jsonFeed } },
          },
        },
      }),
      async (c) => {
        const feed = await feedOf(c, c.req.valid('query'), false);
        const type = 'application/feed+json; charset=utf-8';
        return c.json(jsonFeed.parse(JSON.parse(feed.json1())), 200, { 'Content-Type': type });
      },
    );
}
