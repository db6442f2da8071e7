/** What a client asks the gateway for: each is an endpoint of a wire format. */
export const gatewayRoutes = [
  'chat',
  'responses',
  'responses-compact',
  'responses-item',
  'input-tokens',
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
  'files',
  'batches',
  'message-batches',
  'gemini-files',
  'cached-contents',
  'realtime',
] as const;
export type GatewayRoute = (typeof gatewayRoutes)[number];

/** Those for what a channel keeps: files, batches, stored responses and caches. Most requests name no model. */
export const objectRoutes = [
  'responses-item',
  'files',
  'batches',
  'message-batches',
  'gemini-files',
  'cached-contents',
] as const satisfies readonly GatewayRoute[];
