import type { GatewayRoute } from '../gateway/gateway-route.ts';
import { type Route, routes } from '../probes/route.ts';

// Browsers import this file, so it must not import zod.

/** The routes that evidence tells apart: those that probes ask, and others that only clients use. */
export const evidenceRoutes = [
  'chat',
  'responses',
  'anthropic',
  'gemini',
  'embeddings',
  'completions',
  'images',
  'image-edits',
  'image-variations',
  'speech',
  'transcriptions',
  'translations',
  'moderations',
  'rerank',
  'gemini-embed',
  'realtime',
] as const satisfies readonly (GatewayRoute | Route)[];
export type EvidenceRoute = (typeof evidenceRoutes)[number];

/** A side endpoint of a route: it is served where the route is if at all, and its answers prove nothing. */
const sideRoutes: Partial<Record<GatewayRoute, EvidenceRoute>> = {
  'responses-compact': 'responses',
  'responses-item': 'responses',
  'input-tokens': 'responses',
  files: 'chat',
  batches: 'chat',
  'message-batches': 'anthropic',
  'gemini-files': 'gemini',
  'cached-contents': 'gemini',
  'count-tokens': 'anthropic',
  'gemini-count-tokens': 'gemini',
};

/** The route whose evidence decides where a request goes. */
export function evidenceRouteOf(route: GatewayRoute): EvidenceRoute {
  return sideRoutes[route] ?? (route as EvidenceRoute);
}

/**
 * Whether an answer on this route shows if the model works. Side endpoints may be missing on a channel
 * whose models work.
 */
export function isProvingRoute(route: GatewayRoute): boolean {
  return sideRoutes[route] === undefined;
}

/** Whether probes ask models on this route. */
export function isProbedRoute(route: EvidenceRoute): route is Route {
  return routes.some((probed) => probed === route);
}
