import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  apiOptionsOf,
  createApi,
  type MadeSecret,
  makeMissingSecrets,
  serveApi,
} from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import { openDatabase, readInstanceId, readToken } from '@api-monitor/db';
import { createPriceSource } from '@api-monitor/prices';
import { createGatewayStore, gatewayOptionsOf } from '@api-monitor/proxy';
import {
  createMetricsRegistry,
  createShutdown,
  databaseOptionsOf,
  EnvError,
  type Logger,
  rootPath,
  version,
} from '@api-monitor/runtime';
import { createWorker, workerOptionsOf } from '@api-monitor/worker';
import type { Env } from './env.ts';
import { type GatewayThread, startGatewayThread } from './start-gateway-thread.ts';

interface Options {
  env: Env;
  logger: Logger;
  /** Receives the secrets that this start has made; they are stored and never shown again. */
  onSecretsMade: (made: MadeSecret[]) => void;
}

export interface Embedded {
  port: number;
  basePath: string;
  close(): Promise<void>;
}

/** Within the 10 s after which container engines kill a process. */
const drainMs = 6_000;
const closeTimeoutMs = drainMs + 5_000;
const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));

/**
 * The whole product in this process: one port, one database, queue and events in memory. The gateway has
 * its own thread, which holds the port and forwards all other requests to the api in this thread. If that
 * thread dies, the process ends, so that its supervisor can start it again.
 */
export async function startEmbedded({ env, logger, onSecretsMade }: Options): Promise<Embedded> {
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
    const prices = createPriceSource(db);
    const common = { db, bus, logger, metrics, prices };

    const worker = createWorker({
      ...common,
      ...workerOptionsOf(env),
      instanceId: await readInstanceId(db, now()),
      dataDir: env.DATA_DIR,
      logDir: join(env.DATA_DIR, 'logs'),
      nowS: now,
    });
    shutdown.onClose('worker', () => worker.stop(drainMs));
    shutdown.onClose('bus', () => bus.close());

    let gateway: GatewayThread | null = null;
    // A port of 0 is known only after the gateway listens.
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
      store: createGatewayStore({
        db,
        readMasterToken: () => readToken(db, 'proxyMasterToken', secrets.proxyMasterToken),
        givenSettings: apiOptions.givenSettings,
        prices,
        nowS: now,
      }),
      onDeath(err) {
        logger.fatal({ err }, 'the gateway died');
        process.exit(1);
      },
      data: {
        gateway: gatewayOptionsOf(env, logger),
        listenAt: { port: env.PORT, host: env.HOST },
        apiPath: privatePath.path,
        logLevel: env.LOG_LEVEL,
      },
    });
    const { port, close } = gateway;
    shutdown.onClose('gateway', close);
    shutdown.onClose('api', () => api.close());
    worker.start();
    // Closed first, so that nothing new begins while connections close.
    shutdown.onClose('schedule', () => worker.pause());
    return { port, basePath: env.BASE_PATH, close: () => shutdown.close() };
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}

/** What the terminal shows once the monitor listens. */
export function startMessage({ port, basePath }: Embedded): string {
  const path = basePath === rootPath ? '' : basePath;
  return `\n  API Monitor ${version} listens on http://localhost:${port}${path}\n\n`;
}

/** The limit is 104 bytes on macOS and 108 on Linux, including the final zero. */
const longestSocketPath = 103;

/**
 * A path to listen at that only this user may open; on Windows the name of a pipe. Throws EnvError if
 * the folder for temporary files can't be used for it.
 */
async function makePrivatePath(newId: () => string) {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\api-monitor-${newId()}`, remove: async () => {} };
  }
  // Made with mode 700 (mkdtemp(3)).
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-')).catch((error: Error) => {
    throw new EnvError(`TMPDIR: no folder can be made in it (${error.message})`);
  });
  const path = join(folder, 'api.sock');
  const remove = () => rm(folder, { recursive: true, force: true });
  if (Buffer.byteLength(path) <= longestSocketPath) return { path, remove };
  await remove();
  throw new EnvError(`TMPDIR: its path is too long for the socket ${path}`);
}
