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
  'route' | 'stream' | 'status' | 'attempts' | 'error_kind' | 'response_bytes'
>;

/** What the answers are estimated to have, and the request. */
export interface EstimatedTokens {
  input: number;
  output: number;
}

/**
 * The tokens that a text request used: as its answer reports them, or else an estimate. A stream reports
 * nothing if the client didn't ask for it, or if it was cut; Anthropic's begins with a report of hardly any
 * output, so of a stream that was cut the estimate counts if it is larger.
 */
export function usedTokens(
  request: EndedRequest,
  reported: TokenUsage,
  { input, output }: EstimatedTokens,
): TokenUsage {
  const { route, status, error_kind } = request;
  if (!isText(route)) return reported;
  const isRead = readingRoutes.includes(route);
  if (isReported(reported)) {
    const isCut = status === 499 || error_kind !== null;
    if (!isCut || isRead || output <= (reported.outputTokens ?? 0)) return reported;
    return { ...reported, outputTokens: output, isEstimated: true };
  }
  if (!hasUsedTokens(request)) return reported;
  return {
    ...noUsage,
    inputTokens: input,
    outputTokens: isRead ? null : output,
    isEstimated: true,
  };
}

/**
 * How many tokens count in the limits of the request's key. Streams that aren't text, such as sound, count
 * by their bytes unless they report tokens.
 */
export function tokensToCount(
  request: EndedRequest,
  used: TokenUsage,
  estimated: EstimatedTokens,
): number {
  if (isReported(used)) return (used.inputTokens ?? 0) + (used.outputTokens ?? 0);
  if (!request.stream || !hasUsedTokens(request)) return 0;
  return estimated.input + Math.ceil(request.response_bytes / bytesPerToken);
}

function isReported({ inputTokens, outputTokens }: TokenUsage): boolean {
  return inputTokens !== null || outputTokens !== null;
}

/** If the client left early, its request counts even if nothing came back. */
function hasUsedTokens({ status, response_bytes, attempts }: EndedRequest): boolean {
  return status === 499 ? attempts.length > 0 : status < 300 && response_bytes > 0;
}

function isText(route: RecordedRoute): boolean {
  return writingRoutes.includes(route) || readingRoutes.includes(route);
}
