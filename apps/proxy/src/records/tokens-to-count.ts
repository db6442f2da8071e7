import type { GatewayRoute, ProxyRequest } from '@api-monitor/core';
import { bytesPerToken } from '../request/input-tokens.ts';
import { outputLimitOf } from '../request/output-limit.ts';

/** Routes whose answers are text, and those that only read it. */
const writingRoutes: readonly GatewayRoute[] = [
  'chat',
  'responses',
  'responses-compact',
  'anthropic',
  'completions',
  'gemini',
];
const readingRoutes: readonly GatewayRoute[] = ['embeddings', 'gemini-embed'];

/** What a request may take of its key's token limit, before it goes up. `input`: its estimated tokens. */
export function tokensToReserve(route: GatewayRoute, body: Buffer, input: number): number {
  return isText(route) ? input + outputLimitOf(route, body) : 0;
}

type Told = Pick<
  ProxyRequest,
  'route' | 'stream' | 'status' | 'attempts' | 'input_tokens' | 'output_tokens' | 'response_bytes'
>;

/**
 * What a request took of its key's token limit: what the answer reported, else an estimate. A stream
 * reports nothing unless it is asked to, nor does one that its client leaves early: what was sent up by
 * then counts, whether anything came back or not. `estimatedInput` is in tokens.
 */
export function tokensToCount(request: Told, estimatedInput: number): number {
  const { route, status, input_tokens: input, output_tokens: output } = request;
  if (input !== null || output !== null) return (input ?? 0) + (output ?? 0);
  if (!request.stream && !isText(route)) return 0;
  const wasServed = status < 300 && request.response_bytes > 0;
  const wasLeft = status === 499 && request.attempts.length > 0;
  if (!wasServed && !wasLeft) return 0;
  // What embeddings answer is no text.
  const responseBytes = readingRoutes.includes(route) ? 0 : request.response_bytes;
  return estimatedInput + Math.ceil(responseBytes / bytesPerToken);
}

function isText(route: GatewayRoute): boolean {
  return writingRoutes.includes(route) || readingRoutes.includes(route);
}
