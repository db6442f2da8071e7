import { availableParallelism } from 'node:os';
import {
  basePathEnvShape,
  envBoolean,
  envInt,
  envParsed,
  type Logger,
  masterTokenEnvShape,
  portVariable,
  routingEnvShape,
  serviceEnvShape,
  settingsEnvShape,
  trustedProxiesEnvShape,
} from '@api-monitor/runtime';
import {
  allowPrivateVariable,
  noProxyVariable,
  proxyDefaultsOf,
  proxyVariable,
} from '@api-monitor/upstream';
import type { z } from 'zod';
import { parseCorsOrigins } from './cors.ts';

/** The variables that the gateway reads; an app with a gateway adds them to its own schema. */
export const proxyEnvShape = {
  PROXY_BODY_MAX_MB: envInt({ min: 1, max: 1024, default: 50 }),
  PROXY_BODIES_MAX_MB: envInt({ min: 1, max: 65_536, default: 512 }),
  PROXY_IDLE_TIMEOUT_S: envInt({ min: 1, max: 3600, default: 300 }),
  PROXY_WEBSOCKET: envBoolean(true),
  PROXY_WEBSOCKETS_MAX: envInt({ min: 1, max: 10_000, default: 1_000 }),
  PROXY_WEBSOCKETS_PER_KEY: envInt({ min: 1, max: 10_000, default: 100 }),
  PROXY_MAX_ATTEMPTS: envInt({ min: 1, max: 20, default: 4 }),
  ...routingEnvShape,
  PROXY_CORS_ORIGINS: envParsed({
    parse: parseCorsOrigins,
    default: '',
    allowed: 'origins such as https://app.example between commas, or *',
  }),
  ...trustedProxiesEnvShape,
  ...basePathEnvShape,
  UPSTREAM_ALLOW_PRIVATE: envParsed(allowPrivateVariable),
  UPSTREAM_PROXY: envParsed(proxyVariable),
  HTTPS_PROXY: envParsed(proxyVariable),
  HTTP_PROXY: envParsed(proxyVariable),
  NO_PROXY: envParsed(noProxyVariable),
};

type ProxyEnv = z.output<z.ZodObject<typeof proxyEnvShape>>;

/** The variables of a gateway that runs as a separate service. */
export const proxyServiceEnvShape = {
  ...serviceEnvShape,
  ...proxyEnvShape,
  PROXY_PORT: portVariable(8082),
  ...masterTokenEnvShape,
  ...settingsEnvShape,
  PROXY_PROCESSES: envParsed({
    parse: (text) => processCountOf(text, availableParallelism()),
    default: '1',
    allowed: 'auto, or a whole number from 1 to 64',
  }),
};

/** The gateway's options from its variables; logs if one of them is raised. */
export function gatewayOptionsOf(env: ProxyEnv, logger: Pick<Logger, 'warn'>) {
  return {
    allowPrivate: env.UPSTREAM_ALLOW_PRIVATE,
    proxies: proxyDefaultsOf(env),
    bodyLimitBytes: env.PROXY_BODY_MAX_MB * 1024 ** 2,
    bodiesLimitBytes: bodiesLimitMbOf(env, logger) * 1024 ** 2,
    idleTimeoutMs: env.PROXY_IDLE_TIMEOUT_S * 1000,
    webSockets: {
      isOn: env.PROXY_WEBSOCKET,
      limit: env.PROXY_WEBSOCKETS_MAX,
      limitPerKey: env.PROXY_WEBSOCKETS_PER_KEY,
    },
    attemptLimit: env.PROXY_MAX_ATTEMPTS,
    corsOrigins: env.PROXY_CORS_ORIGINS,
    trustedProxies: env.TRUSTED_PROXIES,
    basePath: env.BASE_PATH,
  };
}

/** For all bodies together. One of the largest size always fits, even while it is copied as it grows. */
function bodiesLimitMbOf(env: ProxyEnv, logger: Pick<Logger, 'warn'>): number {
  const leastMb = 2 * env.PROXY_BODY_MAX_MB;
  if (env.PROXY_BODIES_MAX_MB >= leastMb) return env.PROXY_BODIES_MAX_MB;
  logger.warn(
    { givenMb: env.PROXY_BODIES_MAX_MB, usedMb: leastMb },
    'PROXY_BODIES_MAX_MB is raised to twice PROXY_BODY_MAX_MB',
  );
  return leastMb;
}

const processLimit = 64;

/** Reads `PROXY_PROCESSES`: `auto` is one for each core. null if it is neither that nor a number. */
function processCountOf(text: string, cores: number): number | null {
  if (text.toLowerCase() === 'auto') return Math.min(cores, processLimit);
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= processLimit ? count : null;
}
