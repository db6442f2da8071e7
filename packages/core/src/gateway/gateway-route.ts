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
  'image-edits',
  'image-variations',
  'speech',
  'transcriptions',
  'translations',
  'moderations',
  'rerank',
  'gemini',
  'gemini-count-tokens',
  'gemini-embed',
] as const;
export type GatewayRoute = (typeof gatewayRoutes)[number];
