import { apiEnvShape } from '@api-monitor/api';
import { proxyEnvShape } from '@api-monitor/proxy';
import { envInt, logLevels } from '@api-monitor/runtime';
import { workerEnvShape } from '@api-monitor/worker';
import { z } from 'zod';

/** Every variable of embedded mode. */
export const envSchema = z.object({
  PORT: envInt({ min: 0, max: 65_535, default: 8081 }),
  HOST: z.string().optional(),
  DATA_DIR: z.string().default('data'),
  ENCRYPTION_KEY: z.string().optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
  ...apiEnvShape,
  ...workerEnvShape,
  ...proxyEnvShape,
});

export type Env = z.output<typeof envSchema>;
