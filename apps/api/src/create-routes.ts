import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { maintenanceCalendarRoute } from './alerts/calendar-route.ts';
import { deliveryRoutes } from './alerts/delivery-routes.ts';
import { destinationRoutes } from './alerts/destination-routes.ts';
import { incidentRoutes } from './alerts/incident-routes.ts';
import { maintenanceRoutes } from './alerts/maintenance-routes.ts';
import { alertRuleRoutes } from './alerts/rule-routes.ts';
import { statusNoteRoutes } from './alerts/status-note-routes.ts';
import { analysisRoutes } from './analysis/routes.ts';
import type { ApiDeps } from './api-deps.ts';
import { auditRoutes } from './audit/routes.ts';
import { backupRoutes } from './backup/routes.ts';
import { balanceRoutes } from './balances/routes.ts';
import { channelTestRoutes } from './channel-tests/routes.ts';
import { channelRoutes } from './channels/routes.ts';
import { errorResponder } from './errors/error-response.ts';
import { eventRoutes } from './events/routes.ts';
import { limitBody } from './middleware/limit-body.ts';
import { badgeHeaders, pageHeaders, requireTlsNextTime } from './middleware/page-headers.ts';
import { modelGroupRoutes } from './models/group-routes.ts';
import { listModelsRoute } from './models/list-models.ts';
import { apiDocument } from './monitor/api-document.ts';
import { metricsRoute, monitorRoutes } from './monitor/routes.ts';
import { servePages } from './pages/serve-pages.ts';
import { priceRoutes } from './prices/routes.ts';
import { probeCostRoutes } from './probe-costs/routes.ts';
import { allowableNamesRoute } from './proxy-keys/allowable-names.ts';
import { proxyKeyRoutes } from './proxy-keys/routes.ts';
import { proxyRequestRoutes } from './proxy-requests/routes.ts';
import { resourceRoutes } from './resources/routes.ts';
import { type ApiEnv, createRouter } from './router.ts';
import { explainRoutesRoute } from './routing/explain-routes.ts';
import { secondFactorRoutes } from './second-factor/routes.ts';
import { pageLoginPath, pageSessionRoutes } from './sessions/page-routes.ts';
import { loginPath, sessionRoutes } from './sessions/routes.ts';
import { settingsRoutes } from './settings/routes.ts';
import { spendRoutes } from './spend/routes.ts';
import { statusFeedRoutes } from './status/feed-routes.ts';
import { statusRoutes } from './status/routes.ts';
import { targetRoutes } from './targets/routes.ts';
import { runRoutes } from './targets/run-routes.ts';
import { codePaths, codeRoutes } from './transfer/code/routes.ts';
import { importLimits } from './transfer/import-limits.ts';
import { importPath, transferRoutes } from './transfer/routes.ts';

const usualLimit = limitBody(1024 ** 2);
const codeLimit = limitBody(importLimits.codeMiB * 1024 ** 2);
const otherLimits: Record<string, MiddlewareHandler<ApiEnv>> = {
  // Anybody may send a login.
  [loginPath]: limitBody(16 * 1024),
  [pageLoginPath]: limitBody(16 * 1024),
  [importPath]: limitBody(importLimits.fileMiB * 1024 ** 2),
  [codePaths.plan]: codeLimit,
  [codePaths.apply]: codeLimit,
};

/** The API's own routes, chained so that their type reaches the web client. */
function createApiRoutes(deps: ApiDeps) {
  return createRouter()
    .route('/', monitorRoutes(deps))
    .route('/', targetRoutes(deps))
    .route('/', runRoutes(deps))
    .route('/', channelTestRoutes(deps))
    .route('/', probeCostRoutes(deps))
    .route('/', balanceRoutes(deps))
    .route('/', proxyKeyRoutes(deps))
    .route('/', allowableNamesRoute(deps))
    .route('/', proxyRequestRoutes(deps))
    .route('/', spendRoutes(deps))
    .route('/', explainRoutesRoute(deps))
    .route('/', statusRoutes(deps))
    .route('/', statusFeedRoutes(deps))
    .route('/', listModelsRoute(deps))
    .route('/', modelGroupRoutes(deps))
    .route('/', priceRoutes(deps))
    .route('/', analysisRoutes(deps))
    .route('/', eventRoutes(deps))
    .route('/', sessionRoutes(deps))
    .route('/', pageSessionRoutes(deps))
    .route('/', settingsRoutes(deps))
    .route('/', secondFactorRoutes(deps))
    .route('/', auditRoutes(deps))
    .route('/', backupRoutes(deps))
    .route('/', transferRoutes(deps))
    .route('/', codeRoutes(deps))
    .route('/', resourceRoutes(deps))
    .route('/', incidentRoutes(deps))
    .route('/', destinationRoutes(deps))
    .route('/', deliveryRoutes(deps))
    .route('/', alertRuleRoutes(deps))
    .route('/', maintenanceRoutes(deps))
    .route('/', maintenanceCalendarRoute(deps))
    .route('/', statusNoteRoutes(deps))
    .route('/', channelRoutes(deps));
}

export type ApiApp = ReturnType<typeof createApiRoutes>;

/** Everything that the api serves: its routes, its document, the metrics and the pages. */
export function createRoutes(deps: ApiDeps) {
  const app = createRouter();
  app.onError(errorResponder(deps.logger));
  app.use('/badge/*', badgeHeaders);
  app.use('*', pageHeaders);
  app.use('*', requireTlsNextTime(deps.trustedProxies));
  app.use('/api/targets/*', compress());
  app.use('/api/status', compress());
  app.use('/status/*', etag());
  app.use('/api/models/*', compress());
  app.use('/api/proxy/requests/*', compress());
  app.use('/api/proxy/spend', compress());
  app.use('/api/proxy/names', compress());
  app.use('/api/*', (c, next) => (otherLimits[c.req.path] ?? usualLimit)(c, next));
  const routes = createApiRoutes(deps);
  const document = apiDocument(routes, deps.basePath);
  app.get('/api/openapi.json', (c) => c.json(document));
  app.route('/', routes);
  app.route('/', metricsRoute(deps));
  app.all('/api/*', (c) => c.json({ detail: `there is no ${c.req.method} ${c.req.path}` }, 404));
  app.route('/', servePages(deps));
  app.notFound((c) => c.json({ detail: `there is no ${c.req.path}` }, 404));
  return app;
}
