import { apiEnvShape, refuseSameTokens } from '@api-monitor/api';
import { proxyEnvShape } from '@api-monitor/proxy';
import { commonEnvShape, envInt } from '@api-monitor/runtime';
import { workerEnvShape } from '@api-monitor/worker';
import { z } from 'zod';

/** Every variable of embedded mode. */
export const envSchema = z
  .object({
    PORT: envInt({ min: 0, max: 65_535, default: 8081 }),
    ...commonEnvShape,
    ...apiEnvShape,
    ...workerEnvShape,
    ...proxyEnvShape,
  })
  .superRefine(refuseSameTokens);

export type Env = z.output<typeof envSchema>;
