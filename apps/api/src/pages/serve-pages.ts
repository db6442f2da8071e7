import { existsSync } from 'node:fs';
import { serveStatic } from '@hono/node-server/serve-static';
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { type ApiEnv, createRouter } from '../router.ts';

/** The pages by their address; what they load lies beside them under its own name. */
const pages: Record<string, string> = {
  '/': 'index.html',
  '/docs/api': 'docs/api.html',
  '/docs/proxy': 'docs/proxy.html',
  '/status.html': 'status.html',
  '/viewer.html': 'viewer.html',
  '/models.html': 'models.html',
  '/requests.html': 'requests.html',
  '/analysis.html': 'analysis.html',
};

/** Serves the built dashboard. Files under /assets/ bear a hash in their name and never change. */
export function servePages(webRoot: string) {
  const router = createRouter();
  if (!existsSync(webRoot)) {
    return router.get('/', (c) => c.text('The dashboard is not built yet: pnpm build', 503));
  }
  router.use('*', compress());
  for (const [path, file] of Object.entries(pages)) {
    router.get(path, cacheFor('no-cache'), serveStatic({ root: webRoot, path: file }));
  }
  router.get('/assets/*', cacheFor('public, max-age=31536000, immutable'));
  return router.get('*', serveStatic({ root: webRoot }));
}

function cacheFor(value: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.res.ok) c.header('Cache-Control', value);
  };
}
