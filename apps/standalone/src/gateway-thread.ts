import { type MessagePort, workerData } from 'node:worker_threads';
import { answerCalls, createThreadBus } from '@api-monitor/bus';
import { createGateway, type gatewayOptionsOf, remoteGatewayStore } from '@api-monitor/proxy';
import {
  collectWhenQuiet,
  createLogger,
  describeStartFault,
  forwardTo,
  type ListenAddress,
  Registry,
  serveHttp,
} from '@api-monitor/runtime';
import type { Env } from './env.ts';

/** What the gateway's thread starts with. */
export interface GatewayThreadData {
  gateway: ReturnType<typeof gatewayOptionsOf>;
  /** Where clients connect. */
  listenAt: ListenAddress;
  /** Where the api serves all other requests. */
  apiPath: string;
  bus: MessagePort;
  /** Where the main thread answers for the gateway's store. */
  store: MessagePort;
  /** For the calls of `methods`. */
  calls: MessagePort;
  logLevel: Env['LOG_LEVEL'];
}

/** How long a client's stream may continue after the signal. */
const streamGraceMs = 2_000;

/**
 * The program of the gateway's thread: it holds the port, serves the gateway's requests, and forwards all
 * other ones, so that no client waits for a probe or for a page's query.
 */
async function runGateway(data: GatewayThreadData) {
  const now = () => Date.now() / 1000;
  const logger = createLogger({ name: 'gateway', level: data.logLevel });
  const metrics = new Registry();
  const gateway = await createGateway({
    ...data.gateway,
    store: remoteGatewayStore(data.store),
    bus: createThreadBus(data.bus, (err, where) => logger.error({ err, where }, 'fault')),
    logger,
    metrics,
    nowS: now,
  });
  const forward = forwardTo(data.apiPath);
  const server = await serveHttp({
    ...data.listenAt,
    basePath: data.gateway.basePath,
    refuse: gateway.refuse,
    upgrades: gateway.upgrades,
    trustedProxies: data.gateway.trustedProxies,
    logger,
    listener: (request, response) => {
      if (!gateway.handle(request, response)) forward(request, response);
    },
  });
  return {
    port: server.port,
    metrics: () => metrics.metrics(),
    async close() {
      await server.close(streamGraceMs);
      await gateway.close();
      data.store.close();
      data.bus.close();
    },
  };
}

const data = workerData as GatewayThreadData;
let gateway: Awaited<ReturnType<typeof runGateway>> | null = null;
const methods = {
  /** `sentence` is for the person who started the program; if it is null, only the stack trace helps. */
  async start() {
    try {
      gateway = await runGateway(data);
      return { port: gateway.port };
    } catch (error) {
      const stack = String(error instanceof Error ? error.stack : error);
      return { sentence: describeStartFault(error), stack };
    }
  },
  metrics: async () => (await gateway?.metrics()) ?? '',
  close: async () => gateway?.close(),
};
export type GatewayMethods = typeof methods;

answerCalls(data.calls, methods);
collectWhenQuiet();
