import { existsSync } from 'node:fs';
import { serveStatic } from '@hono/node-server/serve-static';
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import type { ApiDeps } from '../api-deps.ts';
import { type ApiEnv, createRouter } from '../router.ts';
import { findSession } from '../sessions/admin-session.ts';

/** The pages by address; other files are served under their own names. */
const pages: Record<string, string> = {
  '/': 'index.html',
  '/docs/api': 'docs/api.html',
  '/docs/proxy': 'docs/proxy.html',
  '/status.html': 'status.html',
  '/viewer.html': 'viewer.html',
  '/models.html': 'models.html',
  '/requests.html': 'requests.html',
  '/incidents.html': 'incidents.html',
  '/analysis.html': 'analysis.html',
  '/admin/login': 'admin/login.html',
};

const adminPage = '/admin.html';

type PageDeps = Pick<ApiDeps, 'webRoot' | 'db' | 'now' | 'trustedProxies'>;

/** Serves the built dashboard. Files under /assets/ have a hash in their name and never change. */
export function servePages({ webRoot, ...deps }: PageDeps) {
  const router = createRouter();
  if (!existsSync(webRoot)) {
    return router.get('/', (c) => c.text('The dashboard is not built yet: pnpm build', 503));
  }
  router.use('*', compress());
  for (const [path, file] of Object.entries(pages)) {
    router.get(path, cacheFor('no-cache'), serveStatic({ root: webRoot, path: file }));
  }
  router.get('/admin', (c) => c.redirect(adminPage));
  router.get(adminPage, async (c, next) => {
    if (await findSession(deps, c)) return next();
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`/admin/login?next=${encodeURIComponent(pathname + search)}`);
  });
  router.get(adminPage, cacheFor('no-store'), serveStatic({ root: webRoot, path: 'admin.html' }));
  router.get('/assets/*', cacheFor('public, max-age=31536000, immutable'));
  return router.get('*', serveStatic({ root: webRoot }));
}

function cacheFor(value: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.res.ok) c.header('Cache-Control', value);
  };
}
