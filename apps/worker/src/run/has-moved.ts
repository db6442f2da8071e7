import { isDeepStrictEqual } from 'node:util';
import { type Target, transportFields } from '@api-monitor/core';

/**
 * Whether the target now has another address, key or transport, so that earlier answers say nothing about
 * it.
 */
export function hasMoved(before: Target, now: Target): boolean {
  const deciding = ['base_url', 'api_key', ...transportFields] as const;
  return deciding.some((field) => !isDeepStrictEqual(before[field], now[field]));
}
