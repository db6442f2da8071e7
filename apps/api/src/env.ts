import { settingRules } from '@api-monitor/core';
import {
  envBoolean,
  envInt,
  masterTokenEnvShape,
  routingEnvShape,
  routingOptionsOf,
  trustedProxiesEnvShape,
} from '@api-monitor/runtime';
import { z } from 'zod';

// Of any length: the older tool accepted any token, and its users keep theirs.
const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
  .optional();

/** The variables that the api reads; an app that serves the api adds them to its own schema. */
export const apiEnvShape = {
  API_MONITOR_TOKEN: token,
  /** Another name for it, from the older tool. */
  API_MONITOR_TOKEN_ADMIN: token,
  API_MONITOR_TOKEN_VISITOR: token,
  ADMIN_PANEL_PASSWORD: z.string().optional(),
  ...masterTokenEnvShape,
  ...routingEnvShape,
  DEFAULT_INTERVAL_MIN: envInt(settingRules.default_interval_min),
  LOG_CLEANUP_ENABLED: envBoolean(settingRules.log_cleanup_enabled.default),
  LOG_MAX_SIZE_MB: envInt(settingRules.log_max_size_mb),
  CHANNELS_FILE: z.string().optional(),
  METRICS_PUBLIC: envBoolean(false),
  ...trustedProxiesEnvShape,
};

type ApiEnv = z.output<z.ZodObject<typeof apiEnvShape>>;

/** The api's options from its variables. */
export function apiOptionsOf(env: ApiEnv) {
  return {
    secrets: {
      apiToken: env.API_MONITOR_TOKEN ?? env.API_MONITOR_TOKEN_ADMIN,
      visitorToken: env.API_MONITOR_TOKEN_VISITOR,
      adminPassword: env.ADMIN_PANEL_PASSWORD,
      proxyMasterToken: env.PROXY_MASTER_TOKEN,
    },
    trustedProxies: env.TRUSTED_PROXIES,
    metricsPublic: env.METRICS_PUBLIC,
    givenSettings: {
      default_interval_min: env.DEFAULT_INTERVAL_MIN,
      log_cleanup_enabled: env.LOG_CLEANUP_ENABLED,
      log_max_size_mb: env.LOG_MAX_SIZE_MB,
    },
    channelsFile: env.CHANNELS_FILE ? { path: env.CHANNELS_FILE, variables: process.env } : null,
    routing: routingOptionsOf(env),
  };
}

/** Adds an issue if the visitor's token is the admin's. */
export function refuseSameTokens(env: ApiEnv, context: z.RefinementCtx): void {
  const apiToken = env.API_MONITOR_TOKEN ?? env.API_MONITOR_TOKEN_ADMIN;
  if (apiToken === undefined || apiToken !== env.API_MONITOR_TOKEN_VISITOR) return;
  const message = 'must not be the same as API_MONITOR_TOKEN: a visitor may only read';
  context.addIssue({ code: 'custom', path: ['API_MONITOR_TOKEN_VISITOR'], message });
}
