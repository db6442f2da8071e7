import { isDeepStrictEqual } from 'node:util';
import { type Target, transportFields } from '@api-monitor/core';

/**
 * Whether the target now has another address, key or transport, so that earlier answers say nothing about
 * it.
 */
export function hasMoved(before: Target, now: Target): boolean {
  const deciding = ['base_url', ...transportFields] as const;
  if (deciding.some((field) => !isDeepStrictEqual(before[field], now[field]))) return true;
  return !isDeepStrictEqual(keysIn(before), keysIn(now));
}

/** What tells the enabled keys apart, in any order: their hashes, or the only key as it is sealed. */
function keysIn({ api_key, keys, key_states }: Target): string[] {
  if (keys.length === 0) return [api_key];
  const enabled = key_states.filter((_, index) => keys[index]?.enabled);
  return enabled.map(({ key }) => key).sort();
}
