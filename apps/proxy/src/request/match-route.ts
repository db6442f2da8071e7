import type { IncomingHttpHeaders } from 'node:http';
import type { GatewayRoute } from '@api-monitor/core';
import type { UsageView } from '../budgets/usage-answers.ts';
import { matchObject } from '../objects/match-object.ts';
import { type Dialect, type Endpoint, keyHeaders } from './endpoint.ts';

export type { Dialect, Endpoint } from './endpoint.ts';

/** What a request asks the gateway for. */
export type Matched =
  | { kind: 'forward'; endpoint: Endpoint; pathModel: string | null }
  | { kind: 'models'; dialect: Dialect; id: string | null }
  /** What is used and left of the caller's own budgets. */
  | { kind: 'usage'; dialect: Dialect; view: UsageView }
  | { kind: 'hello' }
  /** An endpoint that is served over a WebSocket. */
  | { kind: 'websocket'; endpoint: Endpoint }
  /** `allowed`: as `Allow` lists them. */
  | { kind: 'wrong_method'; dialect: Dialect; allowed: string }
  | { kind: 'unknown'; dialect: Dialect };

function endpointOf(dialect: Dialect, route: GatewayRoute, upstreamPath: string): Endpoint {
  const keyHeader = keyHeaders[dialect];
  const usual = { method: 'POST', takesForm: false, object: null } as const;
  return { route, dialect, upstreamPath, keyHeader, ...usual };
}

function formEndpointOf(route: GatewayRoute, upstreamPath: string): Endpoint {
  return { ...endpointOf('openai', route, upstreamPath), takesForm: true };
}

const responses = endpointOf('openai', 'responses', '/v1/responses');
const realtime = endpointOf('openai', 'realtime', '/v1/realtime');

const endpoints = [
  responses,
  endpointOf('openai', 'chat', '/v1/chat/completions'),
  endpointOf('anthropic', 'anthropic', '/v1/messages'),
  endpointOf('openai', 'responses-compact', '/v1/responses/compact'),
  endpointOf('openai', 'input-tokens', '/v1/responses/input_tokens'),
  endpointOf('anthropic', 'count-tokens', '/v1/messages/count_tokens'),
  endpointOf('openai', 'embeddings', '/v1/embeddings'),
  endpointOf('openai', 'completions', '/v1/completions'),
  endpointOf('openai', 'images', '/v1/images/generations'),
  formEndpointOf('image-edits', '/v1/images/edits'),
  formEndpointOf('image-variations', '/v1/images/variations'),
  endpointOf('openai', 'speech', '/v1/audio/speech'),
  formEndpointOf('transcriptions', '/v1/audio/transcriptions'),
  formEndpointOf('translations', '/v1/audio/translations'),
  endpointOf('openai', 'moderations', '/v1/moderations'),
  endpointOf('openai', 'rerank', '/v1/rerank'),
];

const endpointByPath = byPath(endpoints);
const socketEndpointByPath = byPath([responses, realtime]);

function byPath(endpoints: readonly Endpoint[]): ReadonlyMap<string, Endpoint> {
  return new Map(
    endpoints.flatMap((endpoint) => [
      [endpoint.upstreamPath, endpoint],
      // For base URLs without /v1.
      [endpoint.upstreamPath.slice('/v1'.length), endpoint],
    ]),
  );
}

const geminiRoutes = {
  generateContent: 'gemini',
  streamGenerateContent: 'gemini',
  countTokens: 'gemini-count-tokens',
  embedContent: 'gemini-embed',
  batchEmbedContents: 'gemini-embed',
} as const;

const geminiByMethod = new Map<string, Endpoint>(
  Object.entries(geminiRoutes).map(([method, route]) => [
    method,
    // The newest SDKs ask for v1, but channels serve v1beta, which the probes use.
    endpointOf('gemini', route, `/v1beta/models/{model}:${method}`),
  ]),
);

// The AI SDK leaves `models/` out if the name has a slash; a base URL may lack the version.
const geminiPath = /^(?:\/v1(?:beta)?\/(?:models\/)?|\/models\/)(.+):(\w+)$/;
const modelsPath = /^\/(v1beta\/|v1\/)?models(?:\/(.+))?$/;

/** What the path asks for; null if it isn't one of the gateway's. */
export function matchRoute(
  method: string,
  rawPath: string,
  headers: IncomingHttpHeaders,
): Matched | null {
  const path = meantPath(rawPath);
  const endpoint = endpointByPath.get(path);
  if (endpoint && method === 'POST') return { kind: 'forward', endpoint, pathModel: null };
  const overSocket = socketEndpointByPath.get(path);
  // A proxy in front that doesn't pass upgrades drops `Upgrade` alone; Codex falls back to POST after a 426.
  const isAsked = headers.upgrade !== undefined || headers['sec-websocket-key'] !== undefined;
  if (overSocket && method === 'GET' && (isAsked || !endpoint)) {
    return { kind: 'websocket', endpoint: overSocket };
  }
  const known = endpoint ?? overSocket;
  if (known) {
    return { kind: 'wrong_method', dialect: known.dialect, allowed: endpoint ? 'POST' : 'GET' };
  }
  if (method === 'HEAD' && (path === '/' || path === '/api/hello')) return { kind: 'hello' };
  return (
    matchObject(method, path, headers) ??
    matchGemini(method, path) ??
    matchModels(method, path) ??
    matchUsage(method, path) ??
    matchUnknown(path)
  );
}

/**
 * A base URL that ends with a slash, or with the version that the client adds too, doubles them:
 * `//v1/messages`, `/v1//messages`, `/v1/v1/messages`, `/v1/v1beta/models/…`. The last version is meant.
 * What follows it may name a model, and stays as it is.
 */
function meantPath(path: string): string {
  if (!doubled.test(path)) return path;
  const parts = path.split('/');
  let version = '';
  let at = 0;
  for (; at < parts.length; at += 1) {
    const part = parts[at];
    if (part === 'v1' || part === 'v1beta') version = `/${part}`;
    else if (part !== '') break;
  }
  return `${version}/${parts.slice(at).join('/')}`;
}

const doubled = /^\/(?:\/|v1(?:beta)?\/(?:\/|v1(?:beta)?(?:\/|$)))/;

/** The dialect of its errors. */
export function dialectOf(matched: Matched): Dialect {
  if ('endpoint' in matched) return matched.endpoint.dialect;
  return 'dialect' in matched ? matched.dialect : 'openai';
}

/** Under its own prefixes, the gateway also answers unknown paths, with an error that SDKs can read. */
function matchUnknown(path: string): Matched | null {
  if (isBelow(path, '/v1beta')) return { kind: 'unknown', dialect: 'gemini' };
  if (isBelow(path, '/v1/messages')) return { kind: 'unknown', dialect: 'anthropic' };
  return isBelow(path, '/v1') ? { kind: 'unknown', dialect: 'openai' } : null;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function matchGemini(method: string, path: string): Matched | null {
  const [, model, verb = ''] = geminiPath.exec(path) ?? [];
  const endpoint = geminiByMethod.get(verb);
  if (!model || !endpoint) return null;
  if (method !== 'POST') return { kind: 'wrong_method', dialect: 'gemini', allowed: 'POST' };
  const pathModel = decoded(model);
  // The name becomes part of the upstream's path, and dot segments would lead out of it.
  if (pathModel.split('/').some((part) => part === '.' || part === '..')) return null;
  return { kind: 'forward', endpoint, pathModel };
}

function matchModels(method: string, path: string): Matched | null {
  const match = modelsPath.exec(path);
  if (!match) return null;
  const dialect = match[1] === 'v1beta/' ? 'gemini' : 'openai';
  const isReading = method === 'GET' || method === 'HEAD';
  if (!isReading) return { kind: 'wrong_method', dialect, allowed: 'GET, HEAD' };
  return { kind: 'models', dialect, id: match[2] === undefined ? null : decoded(match[2]) };
}

const usagePaths: ReadonlyMap<string, UsageView> = new Map([
  ['/v1/usage', 'usage'],
  ['/v1/dashboard/billing/subscription', 'subscription'],
  ['/v1/dashboard/billing/usage', 'spent'],
  // For base URLs without /v1.
  ['/dashboard/billing/subscription', 'subscription'],
  ['/dashboard/billing/usage', 'spent'],
]);

function matchUsage(method: string, path: string): Matched | null {
  const view = usagePaths.get(path);
  if (!view) return null;
  if (method !== 'GET') return { kind: 'wrong_method', dialect: 'openai', allowed: 'GET' };
  return { kind: 'usage', dialect: 'openai', view };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
