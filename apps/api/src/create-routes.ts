import { compress } from 'hono/compress';
import { analyseModelRoute } from './analysis/analyse-model.ts';
import { analyseTargetRoute } from './analysis/analyse-target.ts';
import type { ApiDeps } from './api-deps.ts';
import { listAuditRoute } from './audit/list-audit.ts';
import { downloadBackupRoute } from './backup/download-backup.ts';
import { getChannelModelsRoute, updateChannelModelsRoute } from './channels/channel-models.ts';
import { listChannelsRoute } from './channels/list-channels.ts';
import { updateChannelAdvancedRoute } from './channels/update-channel-advanced.ts';
import { errorResponder } from './errors/error-response.ts';
import { streamEventsRoute } from './events/stream-events.ts';
import { limitBody } from './limit-body.ts';
import { listModelsRoute } from './models/list-models.ts';
import { apiDocument } from './monitor/api-document.ts';
import { dashboardRoute } from './monitor/dashboard.ts';
import { healthRoute } from './monitor/health.ts';
import { metricsRoute } from './monitor/metrics.ts';
import { badgeHeaders, pageHeaders, requireTlsNextTime } from './pages/page-headers.ts';
import { servePages } from './pages/serve-pages.ts';
import { createProxyKeyRoute } from './proxy-keys/create-proxy-key.ts';
import { listProxyKeysRoute } from './proxy-keys/list-proxy-keys.ts';
import { regenerateProxyKeyRoute } from './proxy-keys/regenerate-proxy-key.ts';
import { revokeProxyKeyRoute } from './proxy-keys/revoke-proxy-key.ts';
import { updateProxyKeyRoute } from './proxy-keys/update-proxy-key.ts';
import { listProxyRequestsRoute } from './proxy-requests/list-proxy-requests.ts';
import { sumProxyRequestsRoute } from './proxy-requests/sum-proxy-requests.ts';
import { getResourcesRoute } from './resources/get-resources.ts';
import { createRouter } from './router.ts';
import { explainRoutesRoute } from './routing/explain-routes.ts';
import { confirmSecondFactorRoute } from './second-factor/confirm-second-factor.ts';
import { enrolSecondFactorRoute } from './second-factor/enrol-second-factor.ts';
import { getSecondFactorRoute } from './second-factor/get-second-factor.ts';
import { remakeRecoveryCodesRoute } from './second-factor/remake-recovery-codes.ts';
import { removeSecondFactorRoute } from './second-factor/remove-second-factor.ts';
import { getSessionRoute } from './sessions/get-session.ts';
import { listSessionsRoute } from './sessions/list-sessions.ts';
import { loginPath, loginRoute } from './sessions/login.ts';
import { logoutRoute } from './sessions/logout.ts';
import { revokeOtherSessionsRoute } from './sessions/revoke-other-sessions.ts';
import { revokeSessionRoute } from './sessions/revoke-session.ts';
import { getSettingsRoute } from './settings/get-settings.ts';
import { updateSettingsRoute } from './settings/update-settings.ts';
import { badgeRoute } from './status/badge.ts';
import { getStatusPageRoute } from './status/get-status-page.ts';
import { publicStatusRoute } from './status/public-status.ts';
import { updateStatusPageRoute } from './status/update-status-page.ts';
import { createTargetRoute } from './targets/create-target.ts';
import { deleteTargetRoute } from './targets/delete-target.ts';
import { getTargetRoute } from './targets/get-target.ts';
import { listLogsRoute } from './targets/list-logs.ts';
import { listRunsRoute } from './targets/list-runs.ts';
import { listTargetsRoute } from './targets/list-targets.ts';
import { reorderTargetsRoute } from './targets/reorder-targets.ts';
import { runTargetRoute } from './targets/run-target.ts';
import { getTargetModelsRoute, updateTargetModelsRoute } from './targets/target-models.ts';
import { targetSecretRoute } from './targets/target-secret.ts';
import { updateTargetRoute } from './targets/update-target.ts';
import { exportChannelsRoute } from './transfer/export-channels.ts';
import { importChannelsRoute, importPath } from './transfer/import-channels.ts';

/** Anybody may send a login. */
const loginLimit = limitBody({ bytes: 16 * 1024, text: '16 KiB' });
const usualLimit = limitBody({ bytes: 1024 ** 2, text: '1 MiB' });

/** The API's own routes, chained so that their type reaches the web client. */
function createApiRoutes(deps: ApiDeps) {
  return createRouter()
    .route('/', healthRoute(deps))
    .route('/', dashboardRoute(deps))
    .route('/', listTargetsRoute(deps))
    .route('/', createTargetRoute(deps))
    .route('/', reorderTargetsRoute(deps))
    .route('/', getTargetRoute(deps))
    .route('/', updateTargetRoute(deps))
    .route('/', deleteTargetRoute(deps))
    .route('/', runTargetRoute(deps))
    .route('/', listRunsRoute(deps))
    .route('/', listLogsRoute(deps))
    .route('/', analyseTargetRoute(deps))
    .route('/', getTargetModelsRoute(deps))
    .route('/', updateTargetModelsRoute(deps))
    .route('/', targetSecretRoute(deps))
    .route('/', listProxyKeysRoute(deps))
    .route('/', createProxyKeyRoute(deps))
    .route('/', updateProxyKeyRoute(deps))
    .route('/', revokeProxyKeyRoute(deps))
    .route('/', regenerateProxyKeyRoute(deps))
    .route('/', listProxyRequestsRoute(deps))
    .route('/', sumProxyRequestsRoute(deps))
    .route('/', explainRoutesRoute(deps))
    .route('/', getStatusPageRoute(deps))
    .route('/', updateStatusPageRoute(deps))
    .route('/', publicStatusRoute(deps))
    .route('/', badgeRoute(deps))
    .route('/', listModelsRoute(deps))
    .route('/', analyseModelRoute(deps))
    .route('/', streamEventsRoute(deps))
    .route('/', createAdminRoutes(deps));
}

/** What the admin panel is made of. */
function createAdminRoutes(deps: ApiDeps) {
  return createRouter()
    .route('/', loginRoute(deps))
    .route('/', logoutRoute(deps))
    .route('/', getSessionRoute(deps))
    .route('/', listSessionsRoute(deps))
    .route('/', revokeSessionRoute(deps))
    .route('/', revokeOtherSessionsRoute(deps))
    .route('/', getSettingsRoute(deps))
    .route('/', updateSettingsRoute(deps))
    .route('/', getSecondFactorRoute(deps))
    .route('/', enrolSecondFactorRoute(deps))
    .route('/', confirmSecondFactorRoute(deps))
    .route('/', remakeRecoveryCodesRoute(deps))
    .route('/', removeSecondFactorRoute(deps))
    .route('/', listAuditRoute(deps))
    .route('/', downloadBackupRoute(deps))
    .route('/', exportChannelsRoute(deps))
    .route('/', importChannelsRoute(deps))
    .route('/', getResourcesRoute(deps))
    .route('/', listChannelsRoute(deps))
    .route('/', updateChannelAdvancedRoute(deps))
    .route('/', getChannelModelsRoute(deps))
    .route('/', updateChannelModelsRoute(deps));
}

export type ApiApp = ReturnType<typeof createApiRoutes>;

/** Everything that the api answers: its routes, its document, the metrics and the pages. */
export function createRoutes(deps: ApiDeps) {
  const app = createRouter();
  app.onError(errorResponder(deps.logger));
  app.use('/badge/*', badgeHeaders);
  app.use('*', pageHeaders);
  app.use('*', requireTlsNextTime(deps.trustedProxies));
  app.use('/api/targets/*', compress());
  app.use('/api/status', compress());
  app.use('/api/models/*', compress());
  app.use('/api/proxy/requests/*', compress());
  app.use('/api/*', (c, next) => {
    // An import is measured by its own route.
    if (c.req.path === importPath) return next();
    return c.req.path === loginPath ? loginLimit(c, next) : usualLimit(c, next);
  });
  const routes = createApiRoutes(deps);
  const document = apiDocument(routes);
  app.get('/api/openapi.json', (c) => c.json(document));
  app.route('/', routes);
  app.route('/', metricsRoute(deps));
  app.all('/api/*', (c) => c.json({ detail: `there is no ${c.req.method} ${c.req.path}` }, 404));
  app.route('/', servePages(deps));
  app.notFound((c) => c.json({ detail: `there is no ${c.req.path}` }, 404));
  return app;
}
