import type { IncomingMessage } from 'node:http';

/** What `BASE_PATH` is by default: everything is at the root. */
export const rootPath = '/';

/** A base path of one of these names would hide the paths that begin with it. */
const ownNames = new Set([
  ...['api', 'assets', 'admin', 'docs', 'status', 'badge', 'livez', 'readyz', 'metrics'],
  ...['v1', 'v1beta', 'upload', 'models', 'chat', 'completions', 'responses', 'messages', 'files'],
  ...['batches', 'cachedContents', 'embeddings', 'moderations', 'rerank', 'images', 'audio'],
  ...['realtime'],
]);

/**
 * Reads `BASE_PATH`: `/monitor`, `/monitor/` and `/tools/monitor` are fine. Returns it with a slash at both
 * ends; null if it isn't a plain path or is one that the product uses itself.
 */
export function parseBasePath(text: string): string | null {
  const path = text.replace(/\/+$/, '');
  if (path === '') return rootPath;
  const isPlain = /^(\/[A-Za-z0-9._~-]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path);
  return isPlain && !ownNames.has(path.slice(1)) ? `${path}/` : null;
}

/** The variable, for each service that answers requests. */
export const basePathVariable = {
  parse: parseBasePath,
  default: rootPath,
  allowed:
    'a path such as /monitor/ of letters, digits and . _ ~ -, and none that the monitor itself uses (/api, /v1, …)',
};

/**
 * Takes the base path off a request's path, so that everything behind it sees the same paths wherever the
 * product is mounted. A path without it stays, because the proxy in front may have taken it off already and
 * because clients may reach the gateway beside it. Returns where to redirect if the path is the base path
 * without its slash, else null.
 */
export function takeOffBasePath(request: IncomingMessage, basePath: string): string | null {
  const { url = '' } = request;
  const bare = basePath.slice(0, -1);
  if (bare === '' || !url.startsWith(bare)) return null;
  const rest = url.slice(bare.length);
  if (rest.startsWith('/')) request.url = rest;
  else if (rest === '' || rest.startsWith('?')) return basePath + rest;
  return null;
}
