import { z } from 'zod';
import { seconds, unixSeconds } from '../shape.ts';
import { errorKinds } from './error-kind.ts';
import { routes, wireProtocols } from './route.ts';

/** A tool call that a model answered with. */
const toolCallShape = z.object({
  name: z.string(),
  /** The text as received. */
  arguments: z.string(),
});
export type ToolCall = z.output<typeof toolCallShape>;

/** What a probe found: a row of `run_models` without its keys. */
export const probeResultShape = z.object({
  protocol: z.enum(wireProtocols),
  model: z.string(),
  stream: z.boolean(),
  duration: seconds,
  success: z.boolean(),
  transport_success: z.boolean().describe('the whole HTTP answer arrived'),
  tool_calls_count: z.int(),
  tool_calls: z.array(toolCallShape),
  content: z.string().describe('at most 500 characters of the answer'),
  timestamp: unixSeconds,
  error: z.string().nullable(),
  error_kind: z.enum(errorKinds).nullable(),
  status_code: z.int().nullable(),
  route: z.enum(routes),
  endpoint: z.string().describe('the path that was asked, without the origin'),
  first_token_s: z
    .number()
    .nullable()
    .describe('seconds to the first text, thought or tool call; null if nothing streamed'),
  input_tokens: z.number().nullable(),
  output_tokens: z.number().nullable(),
  cost: z
    .number()
    .nullable()
    .optional()
    .describe('of these tokens at the price of the time; null: unknown'),
  requests: z.int().describe('how many were sent; 0: it was not asked'),
  proved_by: z.enum(['probe', 'traffic']).describe('traffic: a client was just served'),
  question: z
    .string()
    .nullable()
    .describe("what was asked, so that the answer can be checked; null: the channel's own prompt"),
  is_wrong_answer: z.boolean().describe('readable, but not what was asked for'),
  output_tokens_per_s: z
    .number()
    .nullable()
    .describe('between the first token and the end of the answer'),
});
export type ProbeResult = z.output<typeof probeResultShape>;

export const probeRowShape = z.object({
  id: z.int(),
  run_id: z.int(),
  target_id: z.int(),
  ...probeResultShape.shape,
});
export type ProbeRow = z.output<typeof probeRowShape>;
