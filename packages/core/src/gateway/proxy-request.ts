import { z } from 'zod';
import { errorKinds } from '../probes/error-kind.ts';
import { type GatewayRoute, gatewayRoutes } from './gateway-route.ts';

const provingRoutes: readonly GatewayRoute[] = [
  'chat',
  'responses',
  'anthropic',
  'gemini',
  'embeddings',
];

/**
 * Whether an answer along this route speaks for or against the model. Whether a channel serves the
 * side endpoints at all says nothing of its models.
 */
export function isProvingRoute(route: GatewayRoute): boolean {
  return provingRoutes.includes(route);
}

/** One try at one channel. `status` is null where no answer came. */
export const proxyAttemptSchema = z.object({
  target_id: z.int(),
  target_name: z.string(),
  model: z.string(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  error_kind: z.enum(errorKinds).nullable(),
  duration_s: z.number(),
  /** Whether it speaks against the channel's model: a client that left or sent bad input does not. */
  is_live_failure: z.boolean(),
});
export type ProxyAttempt = z.infer<typeof proxyAttemptSchema>;

/** The one record that a request through the gateway leaves; never any content. */
export const proxyRequestSchema = z.object({
  request_id: z.string(),
  /** When the request came, Unix seconds. */
  timestamp: z.number(),
  /** null: the master token. */
  key_id: z.int().nullable(),
  key_name: z.string(),
  target_id: z.int().nullable(),
  target_name: z.string().nullable(),
  /** As the client named it. */
  requested_model: z.string(),
  /** As the channel names it; null where none was chosen. */
  model: z.string().nullable(),
  route: z.enum(gatewayRoutes),
  stream: z.boolean(),
  /** What the client got; 499 where it left before. */
  status: z.int(),
  attempts: z.array(proxyAttemptSchema),
  first_byte_s: z.number().nullable(),
  duration_s: z.number(),
  input_tokens: z.int().nullable(),
  output_tokens: z.int().nullable(),
  request_bytes: z.int(),
  response_bytes: z.int(),
  error_kind: z.enum(errorKinds).nullable(),
  error: z.string().nullable(),
});
export type ProxyRequest = z.infer<typeof proxyRequestSchema>;
