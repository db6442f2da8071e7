import type { GatewayRoute } from '@api-monitor/core';

/** In which form errors and lists are told: that of the wire format that the client speaks. */
export type Dialect = 'openai' | 'anthropic' | 'gemini';

/** What a request asks the gateway for. */
export type Matched =
  | { kind: 'forward'; endpoint: Endpoint; pathModel: string | null }
  | { kind: 'models'; dialect: Dialect; id: string | null }
  | { kind: 'hello' }
  | { kind: 'no_websocket' }
  | { kind: 'wrong_method'; dialect: Dialect }
  | { kind: 'unknown'; dialect: Dialect };

/** Where a request goes up, and in which dialect its errors come down. */
export interface Endpoint {
  route: GatewayRoute;
  dialect: Dialect;
  /** Beneath the channel's base URL; `{model}` stands for the model where the path holds it. */
  upstreamPath: string;
  keyHeader: 'x-api-key' | 'x-goog-api-key' | null;
}

const openai = (route: GatewayRoute, upstreamPath: string): Endpoint => ({
  route,
  dialect: 'openai',
  upstreamPath,
  keyHeader: null,
});
const anthropic = (route: GatewayRoute, upstreamPath: string): Endpoint => ({
  route,
  dialect: 'anthropic',
  upstreamPath,
  keyHeader: 'x-api-key',
});
const gemini = (route: GatewayRoute, method: string): Endpoint => ({
  route,
  dialect: 'gemini',
  // Channels serve v1beta, and the probes prove it; the newest SDKs ask for v1.
  upstreamPath: `/v1beta/models/{model}:${method}`,
  keyHeader: 'x-goog-api-key',
});

const chat = openai('chat', '/v1/chat/completions');
const responses = openai('responses', '/v1/responses');
const messages = anthropic('anthropic', '/v1/messages');

const endpointByPath = new Map<string, Endpoint>([
  ['/v1/chat/completions', chat],
  ['/v1/responses', responses],
  ['/v1/messages', messages],
  ['/v1/responses/compact', openai('responses-compact', '/v1/responses/compact')],
  ['/v1/messages/count_tokens', anthropic('count-tokens', '/v1/messages/count_tokens')],
  ['/v1/embeddings', openai('embeddings', '/v1/embeddings')],
  ['/v1/completions', openai('completions', '/v1/completions')],
  ['/v1/images/generations', openai('images', '/v1/images/generations')],
  ['/v1/audio/speech', openai('speech', '/v1/audio/speech')],
  ['/v1/moderations', openai('moderations', '/v1/moderations')],
  ['/v1/rerank', openai('rerank', '/v1/rerank')],
  // For base URLs that were given without /v1.
  ['/chat/completions', chat],
  ['/responses', responses],
  ['/messages', messages],
]);

const geminiByMethod = new Map<string, Endpoint>([
  ['generateContent', gemini('gemini', 'generateContent')],
  ['streamGenerateContent', gemini('gemini', 'streamGenerateContent')],
  ['countTokens', gemini('gemini-count-tokens', 'countTokens')],
  ['embedContent', gemini('gemini-embed', 'embedContent')],
  ['batchEmbedContents', gemini('gemini-embed', 'batchEmbedContents')],
]);

const geminiPath = /^\/v1(?:beta)?\/models\/(.+):(\w+)$/;
const modelsPath = /^\/(v1beta\/|v1\/)?models(?:\/(.+))?$/;

/** What the path asks for; null where it is none of the gateway's. */
export function matchRoute(
  method: string,
  path: string,
  headers: { upgrade?: string | undefined },
): Matched | null {
  const endpoint = endpointByPath.get(path);
  if (endpoint) {
    if (method === 'POST') return { kind: 'forward', endpoint, pathModel: null };
    if (endpoint === responses && method === 'GET' && headers.upgrade)
      return { kind: 'no_websocket' };
    return { kind: 'wrong_method', dialect: endpoint.dialect };
  }
  if (method === 'HEAD' && (path === '/' || path === '/api/hello')) return { kind: 'hello' };
  return matchGemini(method, path) ?? matchModels(method, path) ?? matchUnknown(path);
}

/** In which its errors are told. */
export function dialectOf(matched: Matched): Dialect {
  if (matched.kind === 'forward') return matched.endpoint.dialect;
  return 'dialect' in matched ? matched.dialect : 'openai';
}

/** Under its own prefixes the gateway answers for what it doesn't serve too, in a form that SDKs read. */
function matchUnknown(path: string): Matched | null {
  if (path.startsWith('/v1beta/')) return { kind: 'unknown', dialect: 'gemini' };
  if (path.startsWith('/v1/messages/')) return { kind: 'unknown', dialect: 'anthropic' };
  return path.startsWith('/v1/') ? { kind: 'unknown', dialect: 'openai' } : null;
}

function matchGemini(method: string, path: string): Matched | null {
  const [, model, verb = ''] = geminiPath.exec(path) ?? [];
  const endpoint = geminiByMethod.get(verb);
  if (!model || !endpoint) return null;
  if (method !== 'POST') return { kind: 'wrong_method', dialect: 'gemini' };
  const pathModel = decoded(model);
  // The name stands in the upstream's path too, where dots would climb out of it.
  if (pathModel.split('/').some((part) => part === '.' || part === '..')) return null;
  return { kind: 'forward', endpoint, pathModel };
}

function matchModels(method: string, path: string): Matched | null {
  const match = modelsPath.exec(path);
  if (!match) return null;
  const dialect = match[1] === 'v1beta/' ? 'gemini' : 'openai';
  if (method !== 'GET' && method !== 'HEAD') return { kind: 'wrong_method', dialect };
  return { kind: 'models', dialect, id: match[2] === undefined ? null : decoded(match[2]) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
