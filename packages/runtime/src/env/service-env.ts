import { z } from 'zod';
import { logLevels } from '../reports/logger.ts';
import { databaseEnvShape } from './database-env.ts';
import { envBoolean, envInt } from './read-env.ts';
import { trustedProxiesEnvShape } from './trusted-proxies-env.ts';

/** The variables that every program of ours reads, the one that holds all services included. */
export const commonEnvShape = {
  HOST: z.string().optional(),
  ...databaseEnvShape,
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
};

/** The variables of a service that runs by itself. */
export const serviceEnvShape = {
  ...commonEnvShape,
  // It may hold a password: a fault doesn't quote it.
  REDIS_URL: z
    .string({ error: 'must be set: services find each other through Redis' })
    .regex(/^rediss?:\/\/\S+$/, 'must be redis://[user:password@]host:port, or rediss:// for TLS'),
  METRICS_PUBLIC: envBoolean(false),
  ...trustedProxiesEnvShape,
  API_MONITOR_TOKEN: z.string().optional(),
  API_MONITOR_TOKEN_ADMIN: z.string().optional(),
  DRAIN_TIMEOUT_S: envInt({ min: 0, max: 3600, default: 25 }),
  DRAIN_DELAY_S: envInt({ min: 0, max: 300, default: 2 }),
};
