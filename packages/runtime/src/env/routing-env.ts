import { routingPolicies } from '@api-monitor/core';
import { z } from 'zod';
import { envBoolean } from './read-env.ts';

/** How the gateway chooses a channel: it goes by them, and the api explains them. */
export const routingEnvShape = {
  PROXY_ROUTING: z
    .enum(routingPolicies, { error: `must be one of ${routingPolicies.join(', ')}` })
    .default('latency'),
  PROXY_BARE_MODELS: envBoolean(true),
};

type RoutingEnv = z.output<z.ZodObject<typeof routingEnvShape>>;

/** What both are told by these variables. */
export function routingOptionsOf(env: RoutingEnv) {
  return { policy: env.PROXY_ROUTING, areBareModelsOn: env.PROXY_BARE_MODELS };
}
