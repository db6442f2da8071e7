/**
 * Returns a target's address in the form in which it is stored: normalised by the URL standard, without
 * trailing slashes, an endpoint's path, and a trailing `/v1` or `/V1`; a path before them stays. Text that
 * isn't an address is only trimmed, because older databases may contain anything.
 */
export function normaliseBaseUrl(raw: string): string {
  const trimmed = raw.trim();
  const url = URL.parse(trimmed);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  const address = url && isWeb ? url.origin + url.pathname : trimmed;
  return trimSlashes(withoutEndpoint(trimSlashes(address)).replace(/\/v1$/i, ''));
}

/** Gemini's version isn't the base's own: the other formats aren't below it. */
const geminiEndpoint = /\/v1(?:alpha|beta)\/models(?:\/[^/:]+:\w+)?$/i;
const chatEndpoint = /\/(?:chat\/completions|models\/[^/:]+:(?:stream)?generatecontent)$/i;
/** Words that a folder may have as its name too, unless a version is before them. */
const versionedEndpoint =
  /(\/v\d[\w.]*(?:\/openai)?)\/(?:completions|messages(?:\/count_tokens)?|responses|models|embeddings)$/i;

/** People paste the whole address of an endpoint from a provider's documentation. */
function withoutEndpoint(address: string): string {
  return address
    .replace(geminiEndpoint, '')
    .replace(chatEndpoint, '')
    .replace(versionedEndpoint, '$1');
}

/** A base's own version, with the folder in which Google and others put OpenAI's format. */
const ownVersion = /\/v\d[\w.]*(\/openai)?$/i;
const versionOfPath = /^\/v\d[\w.]*(?=\/)/i;

/**
 * The path of a request below a target's address or its path. A base that has a version of its own, such as
 * `/api/paas/v4`, takes it instead of the path's `/v1`.
 */
export function pathOn(baseUrl: string, path: string): string {
  const base = trimSlashes(baseUrl.replace(/^https?:\/\/[^/]*/i, ''));
  const own = ownVersion.exec(base);
  if (!own) return base + path;
  // Google's uploads are beside all versions.
  if (path.startsWith('/upload/')) return base.slice(0, own.index) + path;
  // Gemini's own format is beside OpenAI's.
  const isGemini = path.startsWith('/v1beta/');
  const folder = isGemini && own[1] ? base.slice(0, -own[1].length) : base;
  return folder + path.replace(versionOfPath, '');
}

function trimSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}
