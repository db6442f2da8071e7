import { fileURLToPath } from 'node:url';
import { portVariable, runService, serveService, serviceEnvShape } from '@api-monitor/runtime';
import { z } from 'zod';
import { firstStartHeading, makeMissingSecrets, showSecrets } from './auth/secrets.ts';
import { createApi } from './create-api.ts';
import { apiEnvShape, apiOptionsOf, refuseSameTokens } from './env.ts';
import { apiListener } from './serve-api.ts';

const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));

const schema = z
  .object({
    ...serviceEnvShape,
    ...apiEnvShape,
    PORT: portVariable(8081),
  })
  .superRefine(refuseSameTokens);

await runService({
  name: 'api',
  schema,
  env: process.env,
  async start(service, env) {
    const { db, now, shutdown } = service;
    const options = apiOptionsOf(env);
    const made = await makeMissingSecrets(db, options.secrets, now());
    process.stdout.write(showSecrets(firstStartHeading, made));
    const api = await createApi({ ...service, ...options, webRoot });
    const listener = apiListener(api);
    await serveService(service, env, {
      port: env.PORT,
      basePath: env.BASE_PATH,
      hasMetrics: false,
      handle(request, response) {
        listener(request, response);
        return true;
      },
    });
    // Event streams never end by themselves: they are closed first, and reconnect to another replica.
    shutdown.onClose('api', () => api.close());
  },
});
