import { apiEnvShape } from '@api-monitor/api';
import { faultOfEncryptionKey } from '@api-monitor/db';
import { proxyEnvShape } from '@api-monitor/proxy';
import { envInt, logLevels } from '@api-monitor/runtime';
import { workerEnvShape } from '@api-monitor/worker';
import { z } from 'zod';

const encryptionKeySchema = z.string().superRefine((text, context) => {
  const message = faultOfEncryptionKey(text);
  if (message) context.addIssue({ code: 'custom', message });
});

/** Every variable of embedded mode. */
export const envSchema = z
  .object({
    PORT: envInt({ min: 0, max: 65_535, default: 8081 }),
    HOST: z.string().optional(),
    DATA_DIR: z.string().default('data'),
    ENCRYPTION_KEY: encryptionKeySchema.optional(),
    LOG_LEVEL: z
      .enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` })
      .default('info'),
    ...apiEnvShape,
    ...workerEnvShape,
    ...proxyEnvShape,
  })
  .superRefine((env, context) => {
    const apiToken = env.API_MONITOR_TOKEN ?? env.API_MONITOR_TOKEN_ADMIN;
    if (apiToken === undefined || apiToken !== env.API_MONITOR_TOKEN_VISITOR) return;
    const message = 'must not be the same as API_MONITOR_TOKEN: a visitor may only look';
    context.addIssue({ code: 'custom', path: ['API_MONITOR_TOKEN_VISITOR'], message });
  });

export type Env = z.output<typeof envSchema>;
