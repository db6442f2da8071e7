import { type GivenSettings, routingPolicies, settingRules } from '@api-monitor/core';
import {
  faultOfDatabaseUrl,
  faultOfEncryptionKey,
  type OpenDatabaseOptions,
} from '@api-monitor/db';
import { z } from 'zod';
import { basePathVariable } from '../http/base-path.ts';
import { parseTrustedProxies } from '../http/client-address.ts';
import { logLevels } from '../reports/logger.ts';
import { envBoolean, envInt, envNumber, envParsed } from './read-env.ts';

/** Where a service listens, or embedded mode (`PORT`). */
export const portVariable = (fallback: number) =>
  envInt({ min: 0, max: 65_535, default: fallback });

// Of any length: the older tool accepted any token, and its users keep theirs.
const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
  .optional();

/** The token that may do everything, which `/metrics` of each service accepts. */
export const apiTokenEnvShape = {
  API_MONITOR_TOKEN: token,
  /** Another name for it, from the older tool. */
  API_MONITOR_TOKEN_ADMIN: token,
};

export function apiTokenOf(env: z.output<z.ZodObject<typeof apiTokenEnvShape>>) {
  return env.API_MONITOR_TOKEN ?? env.API_MONITOR_TOKEN_ADMIN;
}

/** The token that may read. */
export const visitorTokenEnvShape = { API_MONITOR_TOKEN_VISITOR: token };

export const metricsEnvShape = { METRICS_PUBLIC: envBoolean(false) };

/** The settings that the environment may give; what an admin sets overrides it. */
export const settingsEnvShape = {
  DEFAULT_INTERVAL_MIN: envInt(settingRules.default_interval_min),
  LOG_CLEANUP_ENABLED: envBoolean(settingRules.log_cleanup_enabled.default),
  LOG_MAX_SIZE_MB: envInt(settingRules.log_max_size_mb),
  MODEL_ALIASES: envParsed({
    parse: parseAliases,
    default: '',
    allowed: 'groups such as name = id = id between semicolons, each name in one of them',
  }),
};

function parseAliases(text: string): string[] | null {
  const lines = text.split(/[;\n]/).map((line) => line.trim());
  const { schema } = settingRules.model_aliases;
  return schema.safeParse(lines.filter((line) => line !== '')).data ?? null;
}

export function givenSettingsOf(
  env: z.output<z.ZodObject<typeof settingsEnvShape>>,
): GivenSettings {
  return {
    default_interval_min: env.DEFAULT_INTERVAL_MIN,
    log_cleanup_enabled: env.LOG_CLEANUP_ENABLED,
    log_max_size_mb: env.LOG_MAX_SIZE_MB,
    model_aliases: env.MODEL_ALIASES,
  };
}

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

/** Where people open the pages, for links in alerts and feeds; without a slash at the end. */
const publicUrlVariable = {
  parse(text: string): string | null {
    if (text === '') return '';
    const url = URL.parse(text);
    const isPlain = url !== null && /^https?:$/.test(url.protocol) && !/[?#@]/.test(text);
    return isPlain ? text.replace(/\/+$/, '') : null;
  },
  default: '',
  allowed: 'an http:// or https:// address, such as https://monitor.example.com',
};

export const publicUrlEnvShape = { PUBLIC_URL: envParsed(publicUrlVariable) };

/** Without a slash at the end; null: unknown. */
export function publicUrlOf({ PUBLIC_URL: url }: { PUBLIC_URL: string }): string | null {
  return url === '' ? null : url;
}

/** The path below which a proxy in front serves the product; the api and the gateway both read it. */
export const basePathEnvShape = { BASE_PATH: envParsed(basePathVariable) };

/** How the gateway chooses a channel; the api explains its choices and shows where they come from. */
export const routingEnvShape = {
  PROXY_ROUTING: z
    .enum(routingPolicies, { error: `must be one of ${routingPolicies.join(', ')}` })
    .default(settingRules.routing_policy.default),
  PROXY_BARE_MODELS: envBoolean(settingRules.bare_models.default),
  PROXY_PATIENCE_S: envInt(settingRules.patience_s),
  PROXY_SPREAD: envNumber(settingRules.spread),
  PROXY_PRICE_TOLERANCE: envNumber(settingRules.price_tolerance),
};

/** The settings of the gateway that the environment may give; what an admin sets overrides it. */
export function givenRoutingOf(env: z.output<z.ZodObject<typeof routingEnvShape>>): GivenSettings {
  return {
    routing_policy: env.PROXY_ROUTING,
    bare_models: env.PROXY_BARE_MODELS,
    patience_s: env.PROXY_PATIENCE_S,
    spread: env.PROXY_SPREAD,
    price_tolerance: env.PROXY_PRICE_TOLERANCE,
  };
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
  ...metricsEnvShape,
  ...trustedProxiesEnvShape,
  ...apiTokenEnvShape,
  DRAIN_TIMEOUT_S: envInt({ min: 0, max: 3600, default: 25 }),
  DRAIN_DELAY_S: envInt({ min: 0, max: 300, default: 2 }),
};

export type ServiceEnvSchema = z.ZodObject<typeof serviceEnvShape>;
export type ServiceEnv = z.output<ServiceEnvSchema>;
