import { setTimeout as pause } from 'node:timers/promises';
import { badTokens, createFailureLimiter } from '@api-monitor/bus';
import type { Service, ServiceEnv } from '../process/open-service.ts';
import { groupMetrics } from '../process/process-group.ts';
import { sendDetail } from './send-detail.ts';
import { type HttpHandler, type HttpRefuser, serveHttp } from './serve-http.ts';
import { createStatusHandler, databaseFault } from './status-handler.ts';

interface Options {
  port: number;
  /** What the service is there for; absent where it only tells how it is. */
  handle?: HttpHandler;
  /** Refuses bad requests in the service's own format. */
  refuse?: HttpRefuser;
  /** Null where it may be sent work, else why not; unless told: whether the database answers. */
  faultOf?: () => Promise<string | null> | string | null;
  /** False where the service answers `/metrics` itself. */
  hasMetrics?: boolean;
}

/**
 * Serves on `port` what the service does and how it is. At the end it is not ready any more and lets
 * connections go for a moment before the port closes, so that nobody is sent to a closed door.
 */
export async function serveService(
  service: Service,
  env: ServiceEnv,
  {
    port,
    handle = () => false,
    refuse,
    faultOf = () => databaseFault(service.db),
    hasMetrics = true,
  }: Options,
): Promise<void> {
  const { db, bus, metrics, logger, shutdown, now } = service;
  let isDraining = false;
  const tellStatus = createStatusHandler({
    db,
    metrics: hasMetrics ? groupMetrics(metrics) : null,
    areMetricsPublic: env.METRICS_PUBLIC,
    givenToken: env.API_MONITOR_TOKEN ?? env.API_MONITOR_TOKEN_ADMIN,
    badTokens: createFailureLimiter({ ...badTokens, sums: bus.sums, now }),
    trustedProxies: env.TRUSTED_PROXIES,
    faultOf: () => (isDraining ? 'shutting down' : faultOf()),
  });
  const server = await serveHttp({
    port,
    host: env.HOST,
    refuse,
    trustedProxies: env.TRUSTED_PROXIES,
    listener(request, response) {
      if (tellStatus(request, response) || handle(request, response)) return;
      sendDetail(response, 404, 'there is nothing here');
    },
  });
  shutdown.onClose('server', () => server.close(env.DRAIN_TIMEOUT_S * 1000));
  shutdown.onClose('arrivals', async () => {
    isDraining = true;
    server.letGo();
    await pause(env.DRAIN_DELAY_S * 1000);
  });
  logger.info({ port: server.port }, 'listening');
}
