import { gatewayRoutes } from './gateway-route.ts';

// Browsers import this file, so it must not import zod.

/**
 * Why the gateway refused a request: no key or no endpoint was found for it, or (`budget`) its key has used up a
 * budget.
 */
export const refusedFor = [
  'unknown_path',
  'wrong_method',
  'websocket',
  'malformed',
  'no_key',
  'unknown_key',
  'inactive_key',
  'blocked',
  'loop',
  'budget',
] as const;
export type RefusedFor = (typeof refusedFor)[number];

/** What a recorded request asked for. A request that was refused may have asked for a list, or nothing known. */
export const recordedRoutes = [...gatewayRoutes, 'models', 'other'] as const;
export type RecordedRoute = (typeof recordedRoutes)[number];
