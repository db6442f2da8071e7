import { join } from 'node:path';
import {
  createApi,
  type GivenSecrets,
  type MadeSecret,
  makeMissingSecrets,
  serveApi,
} from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import { openDatabase } from '@api-monitor/db';
import { createMetricsRegistry, createShutdown, type Logger } from '@api-monitor/runtime';
import { createWorker, type WorkerLimits } from '@api-monitor/worker';
import type { Env } from './env.ts';

export interface EmbeddedOptions {
  env: Env;
  logger: Logger;
  /** The folder of the built dashboard. */
  webRoot: string;
}

export interface Embedded {
  port: number;
  /** The secrets that this start has made; shown once. */
  madeSecrets: MadeSecret[];
  close(): Promise<void>;
}

const drainMs = 10_000;
const closeTimeoutMs = drainMs + 5_000;

/** The whole product in this process: one port, SQLite, queue and events in memory. */
export async function startEmbedded({ env, logger, webRoot }: EmbeddedOptions): Promise<Embedded> {
  const now = () => Date.now() / 1000;
  const shutdown = createShutdown(logger, closeTimeoutMs);
  const db = await openDatabase({ dataDir: env.DATA_DIR, encryptionKey: env.ENCRYPTION_KEY, now });
  shutdown.onClose('database', () => db.close());
  try {
    const secrets = secretsOf(env);
    const madeSecrets = await makeMissingSecrets(db, secrets, now());
    const onFault = (err: unknown, where: string) => logger.error({ err, where }, 'fault');
    const bus = createInProcessBus({ nowMs: Date.now, onFault });
    const metrics = createMetricsRegistry();
    const common = { db, bus, logger, metrics };

    const worker = createWorker({
      ...common,
      allowPrivate: env.UPSTREAM_ALLOW_PRIVATE,
      limits: limitsOf(env),
      logDir: join(env.DATA_DIR, 'logs'),
      nowS: now,
    });
    shutdown.onClose('worker', () => worker.stop(drainMs));
    shutdown.onClose('bus', () => bus.close());

    const api = await createApi({
      ...common,
      secrets,
      trustedProxies: env.TRUSTED_PROXIES,
      metricsPublic: env.METRICS_PUBLIC,
      defaultIntervalMin: env.DEFAULT_INTERVAL_MIN,
      webRoot,
      now,
    });
    const server = await serveApi(api, env.PORT, env.HOST);
    shutdown.onClose('server', () => server.close(2_000));
    shutdown.onClose('api', () => api.close());
    worker.start();
    return { port: server.port, madeSecrets, close: () => shutdown.close() };
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}

function secretsOf(env: Env): GivenSecrets {
  return {
    apiToken: env.API_MONITOR_TOKEN ?? env.API_MONITOR_TOKEN_ADMIN,
    visitorToken: env.API_MONITOR_TOKEN_VISITOR,
    adminPassword: env.ADMIN_PANEL_PASSWORD,
    proxyMasterToken: env.PROXY_MASTER_TOKEN,
  };
}

/** A run asked for by hand always starts: this many at once is more than hands ask for. */
const manualRuns = 200;

function limitsOf(env: Env): WorkerLimits {
  return {
    probesPerRun: env.MONITOR_DETECT_CONCURRENCY,
    scheduledRuns: env.MONITOR_MAX_PARALLEL_TARGETS,
    manualRuns,
    isLogCleanupEnabled: env.LOG_CLEANUP_ENABLED,
    logMaxSizeMb: env.LOG_MAX_SIZE_MB,
    retentionDays: env.RETENTION_DAYS,
  };
}
