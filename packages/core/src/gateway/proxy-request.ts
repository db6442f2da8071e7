import { z } from 'zod';
import { findingOutcomes, findingScopes } from '../evidence/finding.ts';
import { appliedPriceSchema } from '../money/applied-price.ts';
import { errorKinds } from '../probes/error-kind.ts';
import { unixSeconds } from '../shape.ts';

import { objectActions, objectChangeSchema } from './gateway-object.ts';
import { recordedRoutes, refusedFor } from './refused-for.ts';

/** One try at one channel. `status` is null if no answer came. */
export const proxyAttemptSchema = z.object({
  target_id: z.int(),
  target_name: z.string(),
  model: z.string(),
  /** The hash and the name of the channel's key that was used; absent if it has only one. */
  target_key: z.string().optional(),
  target_key_name: z.string().optional(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  error_kind: z.enum(errorKinds).nullable(),
  duration_s: z.number(),
  /** Whether it counts against the channel's model; a client that left or sent bad input doesn't. */
  is_live_failure: z.boolean(),
  /**
   * Whether a complete stream reported a mistake of the client. Only set if true, so records that older
   * gateways queued are still read.
   */
  is_client_error: z.boolean().optional(),
  /** What the channel reported for an answer that the client didn't get; it counts for nobody's limits. */
  lost_input_tokens: z.int().optional(),
  lost_output_tokens: z.int().optional(),
  /** What it did with a file, batch or other object; absent if it asked a model. */
  object_action: z.enum(objectActions).optional(),
  /** What it shows about the model; absent in the records of older gateways. */
  finding: z
    .object({
      outcome: z.enum(findingOutcomes),
      kind: z.enum(errorKinds).nullable(),
      scope: z.enum(findingScopes),
      first_token_s: z.number().nullable(),
      retry_after_s: z.number().nullable(),
      lacks_end: z.boolean().optional(),
      is_unreached: z.boolean().optional(),
      began_at: unixSeconds,
      at: unixSeconds,
    })
    .optional(),
});
export type ProxyAttempt = z.infer<typeof proxyAttemptSchema>;

/** A field that was added later: the records that an older gateway queued lack it. */
function added<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().default(null);
}

/** The record of one request through the gateway; it never contains prompts or answers. */
export const proxyRequestSchema = z.object({
  request_id: z.string(),
  /** When the request arrived. */
  timestamp: unixSeconds,
  /** null: the master token, or none if the request was refused. */
  key_id: z.int().nullable(),
  /** Empty if the request was refused without a key. */
  key_name: z.string(),
  target_id: z.int().nullable(),
  target_name: z.string().nullable(),
  /** As the client named it. */
  requested_model: z.string(),
  /** As the channel names it; null if none was chosen. */
  model: z.string().nullable(),
  route: z.enum(recordedRoutes),
  stream: z.boolean(),
  /** The status that the client got; 499 if it disconnected first. */
  status: z.int(),
  attempts: z.array(proxyAttemptSchema),
  first_byte_s: z.number().nullable(),
  duration_s: z.number(),
  input_tokens: z.int().nullable().describe('all input, cached or not'),
  output_tokens: z.int().nullable().describe('all output, including reasoning'),
  cached_input_tokens: added(z.int()).describe('the part of the input read from a cache'),
  cache_write_tokens: added(z.int()).describe('the part of the input written to a cache'),
  cache_write_1h_tokens: added(z.int()).describe('the part of what was written that stays an hour'),
  reasoning_tokens: added(z.int()).describe('the part of the output that is reasoning'),
  audio_input_tokens: added(z.int()).describe('the part of the input that is sound, uncached'),
  audio_output_tokens: added(z.int()).describe('the part of the output that is sound'),
  image_input_tokens: added(z.int()).describe('the part of the input that is pictures, uncached'),
  image_output_tokens: added(z.int()).describe('the part of the output that is pictures'),
  tokens_estimated: z
    .boolean()
    .default(false)
    .describe(
      'the channel reported no tokens, so they are an estimate from what was sent and came',
    ),
  cost: added(z.number()).describe(
    "at the price of the time, with the channel's multiplier; null: unknown",
  ),
  price: added(appliedPriceSchema).describe('what `cost` was computed with; null: nothing was'),
  reported_cost: added(z.number()).describe(
    'what the channel itself says that it cost, in its own unit',
  ),
  counted_tokens: added(z.int()).describe(
    "what it counted for in its key's token limit; null: it counted for none",
  ),
  request_bytes: z.int(),
  response_bytes: z.int(),
  error_kind: z.enum(errorKinds).nullable(),
  error: z.string().nullable(),
  refused_for: added(z.enum(refusedFor)).describe(
    "why it was refused before it had a key and a route, or budget: its key's is used up",
  ),
  client_address: added(z.string()).describe("the client's, if it was refused; else null"),
});
export type ProxyRequest = z.infer<typeof proxyRequestSchema>;

/** A request's record as the gateway queues it; the objects have a table of their own. */
export const gatewayRecordSchema = proxyRequestSchema.extend({
  objects: z.array(objectChangeSchema).optional(),
});
export type GatewayRecord = z.infer<typeof gatewayRecordSchema>;

/** The sums of the requests of one key, channel, model, hour or day. */
export const proxyTotalsShape = z.object({
  group: z
    .union([z.number(), z.string()])
    .nullable()
    .describe('the id of a key or channel, a model, or the start of an hour or day; null: none'),
  name: z.string().nullable().describe('a name that the key or the channel had at the time'),
  is_objects: z
    .boolean()
    .describe('by model: these name none, because they ask for files, batches or other objects'),
  requests: z.int(),
  failures: z
    .int()
    .describe("those with the outcome upstream_error; a client's own mistakes don't count"),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cached_input_tokens: z.int().describe('the part of the input read from a cache'),
  cache_write_tokens: z.int().describe('the part of the input written to a cache'),
  cache_write_1h_tokens: z.int().describe('the part of what was written that stays an hour'),
  reasoning_tokens: z.int().describe('the part of the output that is reasoning'),
  audio_input_tokens: z.int().describe('the part of the input that is sound, uncached'),
  audio_output_tokens: z.int().describe('the part of the output that is sound'),
  image_input_tokens: z.int().describe('the part of the input that is pictures, uncached'),
  image_output_tokens: z.int().describe('the part of the output that is pictures'),
  cost: z.number().describe('of the requests whose cost is known'),
  unpriced: z
    .int()
    .describe('requests whose cost is unknown; those from before there were prices too'),
  first_byte_s: z.number().nullable().describe('mean, in seconds; null: no answer came'),
});
export type ProxyTotals = z.output<typeof proxyTotalsShape>;
