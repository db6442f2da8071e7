import { apiEnvShape, refuseSameTokens } from '@api-monitor/api';
import { proxyEnvShape } from '@api-monitor/proxy';
import { commonEnvShape, portVariable } from '@api-monitor/runtime';
import { workerEnvShape } from '@api-monitor/worker';
import { z } from 'zod';

/** Every variable of embedded mode. */
export const envSchema = z
  .object({
    PORT: portVariable(8081),
    ...commonEnvShape,
    ...apiEnvShape,
    ...workerEnvShape,
    ...proxyEnvShape,
  })
  .superRefine(refuseSameTokens);

export type Env = z.output<typeof envSchema>;
