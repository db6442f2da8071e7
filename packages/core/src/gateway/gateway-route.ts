/** What a client asks the gateway for: each is an endpoint of a wire format. */
export const gatewayRoutes = [
  'chat',
  'responses',
  'responses-compact',
  'anthropic',
  'count-tokens',
  'embeddings',
  'completions',
  'images',
  'speech',
  'moderations',
  'rerank',
  'gemini',
  'gemini-count-tokens',
  'gemini-embed',
] as const;
export type GatewayRoute = (typeof gatewayRoutes)[number];

const provingRoutes: readonly GatewayRoute[] = [
  'chat',
  'responses',
  'anthropic',
  'gemini',
  'embeddings',
];

/**
 * Whether an answer on this route shows if the model works. The other endpoints may be missing on a
 * channel whose models work.
 */
export function isProvingRoute(route: GatewayRoute): boolean {
  return provingRoutes.includes(route);
}
