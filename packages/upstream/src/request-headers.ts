import type { UpstreamRequest, UpstreamTarget } from '@api-monitor/core';

// Some relays sit behind filters that turn away what does not look like a browser.
const commonHeaders = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  accept: 'application/json, text/event-stream, */*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-US,en;q=0.9',
};

/**
 * Every header of a request, signed with the `Via` entry, the channel's key as a bearer and in the
 * format's own header.
 */
export function requestHeaders(
  channel: UpstreamTarget,
  request: UpstreamRequest,
  via: string,
): Record<string, string> {
  return {
    ...commonHeaders,
    ...(request.body === null ? {} : { 'content-type': 'application/json' }),
    ...request.headers,
    via,
    authorization: `Bearer ${channel.apiKey}`,
    ...(request.keyHeader ? { [request.keyHeader]: channel.apiKey } : {}),
  };
}
