import type { GatewayRoute, ProxyRequest, RecordedRoute } from '@api-monitor/core';
import { bytesPerToken } from '../request/tokens/input-tokens.ts';
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

/** How many tokens a request reserves before it is forwarded. `input`: the estimated tokens of its body. */
export function tokensToReserve(route: GatewayRoute, body: Buffer, input: number): number {
  return isText(route) ? input + outputLimitOf(route, body) : 0;
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

function isText(route: RecordedRoute): boolean {
  return writingRoutes.includes(route) || readingRoutes.includes(route);
}
