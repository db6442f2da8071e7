import { join } from 'node:path';
import {
  apiOptionsOf,
  createApi,
  type MadeSecret,
  makeMissingSecrets,
  serveApi,
} from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import { openDatabase, readToken } from '@api-monitor/db';
import { createGateway, gatewayOptionsOf } from '@api-monitor/proxy';
import { createMetricsRegistry, createShutdown, type Logger } from '@api-monitor/runtime';
import { databaseOptionsOf } from '@api-monitor/service';
import { createWorker, workerOptionsOf } from '@api-monitor/worker';
import type { Env } from './env.ts';

export interface EmbeddedOptions {
  env: Env;
  logger: Logger;
  /** The folder of the built dashboard. */
  webRoot: string;
  /** Told of the secrets that this start has made, at once: they are kept, and never shown again. */
  onSecretsMade: (made: MadeSecret[]) => void;
}

export interface Embedded {
  port: number;
  close(): Promise<void>;
}

/** Within the 10 s that container engines give before they kill. */
const drainMs = 6_000;
/** How long a client's stream may go on after the signal. */
const streamGraceMs = 2_000;
const closeTimeoutMs = drainMs + 5_000;

/** The whole product in this process: one port, one database, queue and events in memory. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { env, logger, webRoot, onSecretsMade } = options;
  const now = () => Date.now() / 1000;
  const shutdown = createShutdown(logger, closeTimeoutMs);
  const db = await openDatabase({ ...databaseOptionsOf(env), now });
  shutdown.onClose('database', () => db.close());
  try {
    const apiOptions = apiOptionsOf(env);
    const { secrets } = apiOptions;
    onSecretsMade(await makeMissingSecrets(db, secrets, now()));
    const onFault = (err: unknown, where: string) => logger.error({ err, where }, 'fault');
    const bus = createInProcessBus({ nowMs: Date.now, onFault });
    const metrics = createMetricsRegistry();
    const common = { db, bus, logger, metrics };

    const worker = createWorker({
      ...common,
      ...workerOptionsOf(env),
      logDir: join(env.DATA_DIR, 'logs'),
      nowS: now,
    });
    shutdown.onClose('worker', () => worker.stop(drainMs));
    shutdown.onClose('bus', () => bus.close());

    const api = await createApi({
      ...common,
      ...apiOptions,
      webRoot,
      now,
    });
    const gateway = await createGateway({
      ...common,
      ...gatewayOptionsOf(env),
      readMasterToken: () => readToken(db, 'proxyMasterToken', secrets.proxyMasterToken),
      nowS: now,
    });
    shutdown.onClose('gateway', () => gateway.close());
    const { PORT: port, HOST: host } = env;
    const server = await serveApi(api, { port, host, handleFirst: gateway.handle });
    shutdown.onClose('server', () => server.close(streamGraceMs));
    shutdown.onClose('api', () => api.close());
    worker.start();
    // Closed first: nothing new begins while clients are let go.
    shutdown.onClose('schedule', () => worker.pause());
    return { port: server.port, close: () => shutdown.close() };
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}
