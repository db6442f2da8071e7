import {
  apiTokenEnvShape,
  apiTokenOf,
  basePathEnvShape,
  givenRoutingOf,
  givenSettingsOf,
  masterTokenEnvShape,
  metricsEnvShape,
  publicUrlEnvShape,
  publicUrlOf,
  routingEnvShape,
  settingsEnvShape,
  trustedProxiesEnvShape,
  visitorTokenEnvShape,
} from '@api-monitor/runtime';
import { z } from 'zod';

/** The variables that the api reads; an app that serves the api adds them to its own schema. */
export const apiEnvShape = {
  ...apiTokenEnvShape,
  ...visitorTokenEnvShape,
  ADMIN_PANEL_PASSWORD: z.string().optional(),
  ...masterTokenEnvShape,
  ...routingEnvShape,
  ...settingsEnvShape,
  CHANNELS_FILE: z.string().optional(),
  ...metricsEnvShape,
  ...trustedProxiesEnvShape,
  ...publicUrlEnvShape,
  ...basePathEnvShape,
};

type ApiEnv = z.output<z.ZodObject<typeof apiEnvShape>>;

/** The api's options from its variables. */
export function apiOptionsOf(env: ApiEnv) {
  return {
    secrets: {
      apiToken: apiTokenOf(env),
      visitorToken: env.API_MONITOR_TOKEN_VISITOR,
      adminPassword: env.ADMIN_PANEL_PASSWORD,
      proxyMasterToken: env.PROXY_MASTER_TOKEN,
    },
    trustedProxies: env.TRUSTED_PROXIES,
    publicUrl: publicUrlOf(env),
    basePath: env.BASE_PATH,
    metricsPublic: env.METRICS_PUBLIC,
    givenSettings: { ...givenSettingsOf(env), ...givenRoutingOf(env) },
    channelsFile: env.CHANNELS_FILE ? { path: env.CHANNELS_FILE, variables: process.env } : null,
  };
}

/** Adds an issue if the visitor's token is the admin's. */
export function refuseSameTokens(env: ApiEnv, context: z.RefinementCtx): void {
  const apiToken = apiTokenOf(env);
  if (apiToken === undefined || apiToken !== env.API_MONITOR_TOKEN_VISITOR) return;
  const message = 'must not be the same as API_MONITOR_TOKEN: a visitor may only read';
  context.addIssue({ code: 'custom', path: ['API_MONITOR_TOKEN_VISITOR'], message });
}
