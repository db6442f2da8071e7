import { readToken } from '@api-monitor/db';
import { envInt } from '@api-monitor/runtime';
import { runService, serveService, serviceEnvShape } from '@api-monitor/service';
import { z } from 'zod';
import { createGateway } from './create-gateway.ts';
import { gatewayOptionsOf, proxyEnvShape } from './env.ts';

const schema = z.object({
  ...serviceEnvShape,
  ...proxyEnvShape,
  PROXY_PORT: envInt({ min: 0, max: 65_535, default: 8082 }),
  PROXY_MASTER_TOKEN: z.string().optional(),
});

await runService({
  name: 'proxy',
  schema,
  env: process.env,
  async start(service, env) {
    const { db, shutdown, now: nowS } = service;
    const gateway = await createGateway({
      ...service,
      ...gatewayOptionsOf(env),
      readMasterToken: () => readToken(db, 'proxyMasterToken', env.PROXY_MASTER_TOKEN),
      nowS,
    });
    shutdown.onClose('gateway', () => gateway.close());
    // With its board once read it serves, whatever the database does: an outage there is none here.
    const faultOf = () => null;
    await serveService(service, env, { port: env.PROXY_PORT, handle: gateway.handle, faultOf });
  },
});
