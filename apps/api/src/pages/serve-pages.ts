import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootPath } from '@api-monitor/runtime';
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
  '/spend.html': 'spend.html',
  '/incidents.html': 'incidents.html',
  '/analysis.html': 'analysis.html',
  '/admin/login': 'admin/login.html',
};

const adminPage = '/admin.html';

type PageDeps = Pick<ApiDeps, 'webRoot' | 'db' | 'now' | 'basePath'>;

/** Serves the built dashboard. Files under /assets/ have a hash in their name and never change. */
export function servePages({ webRoot, basePath, ...deps }: PageDeps) {
  const router = createRouter();
  if (!existsSync(webRoot)) {
    return router.get('/', (c) => c.text('The dashboard is not built yet: pnpm build', 503));
  }
  const pageFrom = (file: string) => servePage(webRoot, file, basePath);
  const below = (path: string) => basePath + path.slice(1);
  router.use('*', compress());
  for (const [path, file] of Object.entries(pages)) {
    for (const at of new Set([path, `/${file}`])) {
      router.get(at, cacheFor('no-cache'), pageFrom(file));
    }
  }
  router.get('/admin', (c) => c.redirect(below(adminPage)));
  router.get(adminPage, async (c, next) => {
    if (await findSession(deps, c)) return next();
    const { pathname, search } = new URL(c.req.url);
    const to = encodeURIComponent(below(pathname) + search);
    return c.redirect(`${below('/admin/login')}?next=${to}`);
  });
  router.get(adminPage, cacheFor('no-store'), pageFrom('admin.html'));
  router.get('/assets/*', cacheFor('public, max-age=31536000, immutable'));
  return router.get('*', serveStatic({ root: webRoot }));
}

function servePage(root: string, file: string, basePath: string): MiddlewareHandler<ApiEnv> {
  const path = join(root, file);
  if (basePath === rootPath || !existsSync(path)) return serveStatic({ root, path: file });
  const html = mountBelow(basePath, readFileSync(path, 'utf8'));
  return async (c) => c.html(html);
}

/**
 * A built page whose addresses begin with the base path, also those in bindings (`:href="'/viewer.html…'"`).
 * Scripts find the base path in `data-base`.
 */
export function mountBelow(basePath: string, html: string): string {
  return html
    .replace(/(\s:?(?:href|src)=["']'?)\/(?!\/)/g, `$1${basePath}`)
    .replace(/<html\b/, `<html data-base="${basePath}"`);
}

function cacheFor(value: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.res.ok) c.header('Cache-Control', value);
  };
}
