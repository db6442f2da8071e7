import { isProvingRoute, type ProxyRequest } from '@api-monitor/core';

/** English text takes about four bytes a token. */
const bytesPerToken = 4;

type Told = Pick<
  ProxyRequest,
  | 'route'
  | 'stream'
  | 'status'
  | 'input_tokens'
  | 'output_tokens'
  | 'request_bytes'
  | 'response_bytes'
>;

/**
 * What a request takes of its key's token limit: what the answer reported, else a guess by the bytes.
 * A stream reports nothing unless it is asked to, nor does one that its client leaves early.
 */
export function tokensToCount(request: Told): number {
  const { input_tokens: input, output_tokens: output } = request;
  if (input !== null || output !== null) return (input ?? 0) + (output ?? 0);
  const isText = request.stream || isProvingRoute(request.route);
  const wasServed = request.status < 300 || request.status === 499;
  if (!isText || !wasServed || request.response_bytes === 0) return 0;
  return Math.ceil((request.request_bytes + request.response_bytes) / bytesPerToken);
}
