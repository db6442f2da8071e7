import { routingPolicies } from '@api-monitor/core';
import { envBoolean, envInt } from '@api-monitor/runtime';
import { z } from 'zod';

/** The variables that the gateway reads; an app that holds a gateway takes them into its own schema. */
export const proxyEnvShape = {
  PROXY_BODY_MAX_MB: envInt({ min: 1, max: 1024, default: 50 }),
  PROXY_IDLE_TIMEOUT_S: envInt({ min: 1, max: 3600, default: 300 }),
  PROXY_MAX_ATTEMPTS: envInt({ min: 1, max: 20, default: 4 }),
  PROXY_BARE_MODELS: envBoolean(true),
  PROXY_ROUTING: z
    .enum(routingPolicies, { error: `must be one of ${routingPolicies.join(', ')}` })
    .default('latency'),
};
