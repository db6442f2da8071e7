import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  apiOptionsOf,
  createApi,
  type MadeSecret,
  makeMissingSecrets,
  serveApi,
} from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import { openDatabase, readInstanceId } from '@api-monitor/db';
import { gatewayOptionsOf } from '@api-monitor/proxy';
import {
  createMetricsRegistry,
  createShutdown,
  databaseOptionsOf,
  type Logger,
} from '@api-monitor/runtime';
import { createWorker, workerOptionsOf } from '@api-monitor/worker';
import type { Env } from './env.ts';
import { makePrivatePath } from './private-path.ts';
import { type GatewayThread, startGatewayThread } from './start-gateway-thread.ts';

export interface EmbeddedOptions {
  env: Env;
  logger: Logger;
  /** The folder of the built dashboard. */
  webRoot: string;
  /** The gateway ended by itself: the process had better end too. */
  onDeath: (error: Error) => void;
  /** Told of the secrets that this start has made, at once: they are kept, and never shown again. */
  onSecretsMade: (made: MadeSecret[]) => void;
}

export interface Embedded {
  port: number;
  close(): Promise<void>;
}

/** Within the 10 s that container engines give before they kill. */
const drainMs = 6_000;
const closeTimeoutMs = drainMs + 5_000;

/**
 * The whole product in this process: one port, one database, queue and events in memory. The gateway
 * has a thread of its own, and the port with it; what is not the gateway's it passes on to the api here.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { env, logger, webRoot, onDeath, onSecretsMade } = options;
  const now = () => Date.now() / 1000;
  const shutdown = createShutdown(logger, closeTimeoutMs);
  const db = await openDatabase({ ...databaseOptionsOf(env), use: 'alone', now });
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
      instanceId: await readInstanceId(db, now()),
      logDir: join(env.DATA_DIR, 'logs'),
      nowS: now,
    });
    shutdown.onClose('worker', () => worker.stop(drainMs));
    shutdown.onClose('bus', () => bus.close());

    let gateway: GatewayThread | null = null;
    // A port of 0 is known only when the gateway listens.
    const listenerAt = (port: number) => (port === 0 ? null : { host: env.HOST, port });
    const api = await createApi({
      ...common,
      ...apiOptions,
      moreMetrics: async () => (await gateway?.metrics()) ?? '',
      listener: () => listenerAt(gateway?.port ?? env.PORT),
      webRoot,
      now,
    });
    const privatePath = await makePrivatePath(randomUUID);
    shutdown.onClose('private path', () => privatePath.remove());
    const apiServer = await serveApi(api, { path: privatePath.path });
    shutdown.onClose('api server', () => apiServer.close(0));
    gateway = await startGatewayThread({
      bus,
      onDeath,
      data: {
        database: databaseOptionsOf(env),
        gateway: gatewayOptionsOf(env),
        place: { port: env.PORT, host: env.HOST },
        apiPath: privatePath.path,
        logLevel: env.LOG_LEVEL,
        givenMasterToken: secrets.proxyMasterToken,
      },
    });
    const { port, close } = gateway;
    shutdown.onClose('gateway', close);
    shutdown.onClose('api', () => api.close());
    worker.start();
    // Closed first: nothing new begins while clients are let go.
    shutdown.onClose('schedule', () => worker.pause());
    return { port, close: () => shutdown.close() };
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}
