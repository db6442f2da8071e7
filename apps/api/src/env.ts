import { routingPolicies } from '@api-monitor/core';
import { envBoolean, envInt } from '@api-monitor/runtime';
import { z } from 'zod';
import { parseTrustedProxies } from './auth/client-address.ts';

// However short: the older tool took any, and its users come with theirs.
const token = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
  .optional();

/** The variables that the api reads; an app that serves the api takes them into its own schema. */
export const apiEnvShape = {
  API_MONITOR_TOKEN: token,
  /** The name that the older tool also read. */
  API_MONITOR_TOKEN_ADMIN: token,
  API_MONITOR_TOKEN_VISITOR: token,
  ADMIN_PANEL_PASSWORD: z.string().optional(),
  PROXY_MASTER_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  PROXY_ROUTING: z
    .enum(routingPolicies, { error: `must be one of ${routingPolicies.join(', ')}` })
    .default('latency'),
  PROXY_BARE_MODELS: envBoolean(true),
  DEFAULT_INTERVAL_MIN: envInt({ min: 1, max: 1440, default: 30 }),
  METRICS_PUBLIC: envBoolean(false),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text, context) => {
      const trusted = parseTrustedProxies(text);
      if (trusted) return trusted;
      context.addIssue({
        code: 'custom',
        message: `must be addresses or networks (CIDR) between commas, not "${text}"`,
      });
      return z.NEVER;
    }),
};
