import { parentPort, workerData } from 'node:worker_threads';
import { createThreadBus } from '@api-monitor/bus';
import { openDatabase, readToken } from '@api-monitor/db';
import { createGateway } from '@api-monitor/proxy';
import {
  createLogger,
  describeStartFault,
  forwardTo,
  Registry,
  serveHttp,
} from '@api-monitor/runtime';
import type { FromGateway, GatewayThreadData, ToGateway } from './gateway-messages.ts';

/** How long a client's stream may go on after the signal. */
const streamGraceMs = 2_000;

/**
 * The program of the gateway's thread: it holds the port, serves what is the gateway's, and passes on
 * what is not, so that neither a probe nor a page's query stands before a client's request.
 */
async function runGateway(data: GatewayThreadData, tell: (message: FromGateway) => void) {
  const now = () => Date.now() / 1000;
  const logger = createLogger({ name: 'gateway', level: data.logLevel });
  const db = await openDatabase({ ...data.database, now });
  const metrics = new Registry();
  const gateway = await createGateway({
    ...data.gateway,
    db,
    bus: createThreadBus(data.bus, (err, where) => logger.error({ err, where }, 'fault')),
    logger,
    metrics,
    readMasterToken: () => readToken(db, 'proxyMasterToken', data.givenMasterToken),
    nowS: now,
  });
  const passOn = forwardTo(data.apiPath);
  const server = await serveHttp({
    ...data.place,
    refuse: gateway.refuse,
    trustedProxies: data.gateway.trustedProxies,
    listener: (request, response) => {
      if (!gateway.handle(request, response)) passOn(request, response);
    },
  });
  tell({ told: 'listening', port: server.port });
  return {
    async close() {
      await server.close(streamGraceMs);
      await gateway.close();
      await db.close();
      data.bus.close();
    },
    metrics: () => metrics.metrics(),
  };
}

const parent = parentPort;
if (!parent) throw new Error('this is the program of a thread');
const tell = (message: FromGateway) => parent.postMessage(message);
try {
  const gateway = await runGateway(workerData as GatewayThreadData, tell);
  parent.on('message', async (message: ToGateway) => {
    if (message === 'metrics') {
      tell({ told: 'metrics', text: await gateway.metrics() });
      return;
    }
    await gateway.close();
    tell({ told: 'closed' });
    parent.close();
  });
} catch (error) {
  const stack = String(error instanceof Error ? error.stack : error);
  tell({ told: 'failed', sentence: describeStartFault(error), stack });
  process.exit(1);
}
