import type { UpstreamRequest } from '@api-monitor/core';

// Some relays sit behind filters that turn away what does not look like a browser.
const probeHeaders = {
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  accept: 'application/json, text/event-stream, */*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-US,en;q=0.9',
};

/** A probe's headers, names and values in turn, without the key. */
export function headersOfProbe({ headers, body }: UpstreamRequest): string[] {
  const type = body === null ? {} : { 'content-type': 'application/json' };
  return Object.entries({ ...probeHeaders, ...type, ...headers }).flat();
}
