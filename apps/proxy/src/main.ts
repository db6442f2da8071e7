import { readToken } from '@api-monitor/db';
import { givenRoutingOf, givenSettingsOf, runService, serveService } from '@api-monitor/runtime';
import { z } from 'zod';
import { createGateway } from './create-gateway.ts';
import { gatewayOptionsOf, proxyServiceEnvShape } from './env.ts';
import { createGatewayStore } from './gateway-store.ts';

const schema = z.object(proxyServiceEnvShape);

await runService({
  name: 'proxy',
  schema,
  env: process.env,
  processes: (env) => env.PROXY_PROCESSES,
  async start(service, env) {
    const { db, shutdown, now: nowS } = service;
    const gateway = await createGateway({
      ...service,
      ...gatewayOptionsOf(env, service.logger),
      store: createGatewayStore({
        db,
        readMasterToken: () => readToken(db, 'proxyMasterToken', env.PROXY_MASTER_TOKEN),
        givenSettings: { ...givenSettingsOf(env), ...givenRoutingOf(env) },
        nowS,
      }),
      nowS,
    });
    shutdown.onClose('gateway', () => gateway.close());
    await serveService(service, env, {
      ...gateway,
      port: env.PROXY_PORT,
      basePath: env.BASE_PATH,
      // Once its board is loaded it is ready, even without the database.
      faultOf: () => null,
    });
  },
});
