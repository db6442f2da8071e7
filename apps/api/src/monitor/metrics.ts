import { createMiddleware } from 'hono/factory';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { type ApiEnv, createRouter } from '../router.ts';

const pass = createMiddleware<ApiEnv>((_c, next) => next());

/** `/metrics` in Prometheus' text format; needs the API token unless the metrics are public. */
export function metricsRoute(deps: ApiDeps) {
  const guards = deps.metricsPublic ? [pass, pass] : [authenticate(deps), requireAdmin];
  const [first = pass, second = pass] = guards;
  return createRouter().get('/metrics', first, second, async (c) => {
    const texts = [await deps.metrics.metrics(), (await deps.moreMetrics?.()) ?? ''];
    return c.text(texts.join('\n'), 200, { 'content-type': deps.metrics.contentType });
  });
}
