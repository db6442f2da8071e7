import { routingPolicies } from '@api-monitor/core';
import {
  faultOfDatabaseUrl,
  faultOfEncryptionKey,
  type OpenDatabaseOptions,
} from '@api-monitor/db';
import { z } from 'zod';
import { parseTrustedProxies } from '../http/client-address.ts';
import { logLevels } from '../reports/logger.ts';
import { envBoolean, envInt, envParsed } from './read-env.ts';

/** The master token of the gateway; the api and the gateway both read it. */
export const masterTokenEnvShape = {
  PROXY_MASTER_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
};

/** The proxies whose `X-Forwarded-For` header is trusted, for limits per address. */
export const trustedProxiesEnvShape = {
  TRUSTED_PROXIES: envParsed({
    parse: parseTrustedProxies,
    default: '',
    allowed: 'addresses or networks (CIDR) between commas',
  }),
};

/** How the gateway chooses a channel; the api explains its choices. */
export const routingEnvShape = {
  PROXY_ROUTING: z
    .enum(routingPolicies, { error: `must be one of ${routingPolicies.join(', ')}` })
    .default('latency'),
  PROXY_BARE_MODELS: envBoolean(true),
};

export function routingOptionsOf(env: z.output<z.ZodObject<typeof routingEnvShape>>) {
  return { policy: env.PROXY_ROUTING, areBareModelsOn: env.PROXY_BARE_MODELS };
}

/** A text that holds a secret: `faultOf` returns what is wrong with it without quoting it. */
function secretText(faultOf: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = faultOf(text);
    if (message) context.addIssue({ code: 'custom', message });
  });
}

/** Where the database is, and the key to its secrets. */
export const databaseEnvShape = {
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: secretText(faultOfDatabaseUrl).optional(),
  DATABASE_POOL_SIZE: envInt({ min: 1, max: 500, default: 10 }),
  ENCRYPTION_KEY: secretText(faultOfEncryptionKey).optional(),
};

/** The options of `openDatabase`, except for the clock. */
export function databaseOptionsOf(
  env: z.output<z.ZodObject<typeof databaseEnvShape>>,
): Omit<OpenDatabaseOptions, 'now'> {
  return {
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    poolSize: env.DATABASE_POOL_SIZE,
    encryptionKey: env.ENCRYPTION_KEY,
  };
}

/** The variables that each service reads, and embedded mode as well. */
export const commonEnvShape = {
  HOST: z.string().optional(),
  ...databaseEnvShape,
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
};

/** The variables of a service that runs in its own process. */
export const serviceEnvShape = {
  ...commonEnvShape,
  // The error doesn't quote it, because it may hold a password.
  REDIS_URL: z
    .string({ error: 'must be set, because services communicate through Redis' })
    .regex(/^rediss?:\/\/\S+$/, 'must be redis://[user:password@]host:port, or rediss:// for TLS'),
  METRICS_PUBLIC: envBoolean(false),
  ...trustedProxiesEnvShape,
  API_MONITOR_TOKEN: z.string().optional(),
  API_MONITOR_TOKEN_ADMIN: z.string().optional(),
  DRAIN_TIMEOUT_S: envInt({ min: 0, max: 3600, default: 25 }),
  DRAIN_DELAY_S: envInt({ min: 0, max: 300, default: 2 }),
};

export type ServiceEnvSchema = z.ZodObject<typeof serviceEnvShape>;
export type ServiceEnv = z.output<ServiceEnvSchema>;
