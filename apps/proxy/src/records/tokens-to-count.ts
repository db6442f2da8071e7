import {
  type GatewayRoute,
  noUsage,
  type ProxyRequest,
  type RecordedRoute,
  type TokenUsage,
} from '@api-monitor/core';
import { bytesPerToken, roughTokensOf } from '../request/tokens/input-tokens.ts';
import { outputLimitOf } from '../request/tokens/output-limit.ts';

/** Routes whose answers are text, and routes that only read text. */
const writingRoutes: readonly RecordedRoute[] = [
  'chat',
  'responses',
  'responses-compact',
  'anthropic',
  'completions',
  'gemini',
];
const readingRoutes: readonly RecordedRoute[] = ['embeddings', 'gemini-embed'];

/** How large a request is and its answer may be, in tokens; found out once, and only if it matters. */
export interface RequestSize {
  /** Estimated. */
  input: () => number;
  /** The most that the answers may have; 0 if they aren't text. */
  output: () => number;
  /** What it reserves before it is forwarded: 0 if neither the request nor the answer is text. */
  total: () => number;
  /** The input as it has been estimated; roughly if it hasn't. */
  knownInput: () => number;
}

export function sizeOf(route: GatewayRoute, body: Buffer, inputTokens: () => number): RequestSize {
  let input: number | null = null;
  let output: number | null = null;
  const size = {
    input() {
      input ??= inputTokens();
      return input;
    },
    output() {
      output ??= outputLimitOf(route, body);
      return output;
    },
    total: () => (isText(route) ? size.input() + size.output() : 0),
    knownInput: () => input ?? roughTokensOf(body, inputTokens),
  };
  return size;
}

type EndedRequest = Pick<
  ProxyRequest,
  'route' | 'stream' | 'status' | 'attempts' | 'input_tokens' | 'output_tokens' | 'response_bytes'
>;

/**
 * How many tokens a request used, as the answer reports, or else an estimate. A stream reports nothing if
 * the client didn't ask for it or left early. If it left early, its request counts even if nothing came
 * back. `estimatedInput` is in tokens.
 */
export function tokensToCount(request: EndedRequest, estimatedInput: number): number {
  const { route, status, input_tokens: input, output_tokens: output } = request;
  if (input !== null || output !== null) return (input ?? 0) + (output ?? 0);
  if (!request.stream && !isText(route)) return 0;
  const wasServed = status < 300 && request.response_bytes > 0;
  const wasLeft = status === 499 && request.attempts.length > 0;
  if (!wasServed && !wasLeft) return 0;
  // Embeddings aren't text.
  const responseBytes = readingRoutes.includes(route) ? 0 : request.response_bytes;
  return estimatedInput + Math.ceil(responseBytes / bytesPerToken);
}

/** The tokens of an answer that reported none; null if none are known to have been used. */
export function estimatedUsage(
  request: EndedRequest,
  estimated: { input: number; output: number },
): TokenUsage | null {
  const { route, input_tokens: input, output_tokens: output } = request;
  if (input !== null || output !== null || !isText(route)) return null;
  if (tokensToCount(request, estimated.input) === 0) return null;
  const outputTokens = readingRoutes.includes(route) ? null : estimated.output;
  return { ...noUsage, inputTokens: estimated.input, outputTokens, isEstimated: true };
}

function isText(route: RecordedRoute): boolean {
  return writingRoutes.includes(route) || readingRoutes.includes(route);
}
