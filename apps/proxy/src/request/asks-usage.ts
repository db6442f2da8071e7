import { scanKeys, spellingOf } from './json-bytes.ts';

/** Whether a chat request asks for the usage of its stream itself. */
export function asksUsage(body: Buffer): boolean {
  let isWithin = false;
  let asks = false;
  scanKeys(body, (start, end, value, depth) => {
    if (depth === 1) isWithin = spellingOf(body, start, end, 'stream_options') !== null;
    if (depth !== 2 || !isWithin) return;
    if (spellingOf(body, start, end, 'include_usage') === null) return;
    asks = body.toString('latin1', value, value + 4) === 'true';
  });
  return asks;
}

/** What asks for it. */
export const usageOverride = {
  action: 'set',
  path: ['stream_options', 'include_usage'],
  json: 'true',
} as const;
