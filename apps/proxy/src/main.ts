import { availableParallelism } from 'node:os';
import { readToken } from '@api-monitor/db';
import {
  envParsed,
  masterTokenEnvShape,
  portVariable,
  runService,
  serveService,
  serviceEnvShape,
} from '@api-monitor/runtime';
import { z } from 'zod';
import { createGateway } from './create-gateway.ts';
import { gatewayOptionsOf, processCountOf, proxyEnvShape } from './env.ts';

const schema = z.object({
  ...serviceEnvShape,
  ...proxyEnvShape,
  PROXY_PORT: portVariable(8082),
  ...masterTokenEnvShape,
  PROXY_PROCESSES: envParsed({
    parse: (text) => processCountOf(text, availableParallelism()),
    default: '1',
    allowed: 'auto, or a whole number from 1 to 64',
  }),
});

await runService({
  name: 'proxy',
  schema,
  env: process.env,
  processes: (env) => env.PROXY_PROCESSES,
  async start(service, env) {
    const { db, shutdown, now: nowS } = service;
    const gateway = await createGateway({
      ...service,
      ...gatewayOptionsOf(env),
      readMasterToken: () => readToken(db, 'proxyMasterToken', env.PROXY_MASTER_TOKEN),
      nowS,
    });
    shutdown.onClose('gateway', () => gateway.close());
    await serveService(service, env, {
      ...gateway,
      port: env.PROXY_PORT,
      // Once its board is loaded it is ready, even without the database.
      faultOf: () => null,
    });
  },
});
