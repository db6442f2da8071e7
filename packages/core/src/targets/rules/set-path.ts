import type { EvidenceRoute } from '../../evidence/evidence-route.ts';
import type { PathRule } from './path-rule.ts';

/** Where the wire formats have their endpoints; Gemini's and the list have more than one. */
const usualPaths: readonly [EvidenceRoute, string][] = [
  ['chat', '/v1/chat/completions'],
  ['responses', '/v1/responses'],
  ['anthropic', '/v1/messages'],
  ['embeddings', '/v1/embeddings'],
  ['completions', '/v1/completions'],
  ['images', '/v1/images/generations'],
  ['image-edits', '/v1/images/edits'],
  ['image-variations', '/v1/images/variations'],
  ['speech', '/v1/audio/speech'],
  ['transcriptions', '/v1/audio/transcriptions'],
  ['translations', '/v1/audio/translations'],
  ['moderations', '/v1/moderations'],
  ['rerank', '/v1/rerank'],
  ['realtime', '/v1/realtime'],
];
const listPaths = ['/v1/models', '/v1beta/models'];
const geminiCall = /^\/v1beta\/models\/(?<model>.+)(?<method>:\w+)$/;
const geminiMethod = /:\w+$/;

/**
 * The path on the channel's origin for a request whose usual path is this one, by the channel's rules; null
 * if none of them is about it. What follows an endpoint's path, such as an answer's id, is kept, and so is
 * the query. `model`: as the channel names it, null if the request is about none.
 */
export function setPathOf(
  rules: readonly PathRule[],
  usual: string,
  model: string | null,
): string | null {
  if (rules.length === 0) return null;
  const [pathname, query] = splitAt(usual, '?');
  const call = geminiCall.exec(pathname)?.groups;
  const place = call ? geminiPlace(call.method) : placeOf(pathname);
  const set = place && rules.find(({ route }) => route === place.route)?.path;
  if (!set) return null;
  const id = call?.model ?? (model === null ? null : escapedModel(model));
  if (set.includes('{model}') && id === null) return null;
  const [named, setQuery] = splitAt(
    set.replaceAll('{model}', () => id ?? ''),
    '?',
  );
  const path = call ? geminiPath(splitAt(set, '?')[0], named, call) : named + place.rest;
  const queries = [setQuery, query].filter((one) => one !== '').join('&');
  return queries === '' ? path : `${path}?${queries}`;
}

interface Place {
  route: PathRule['route'];
  /** What follows the endpoint's path. */
  rest: string;
}

function placeOf(pathname: string): Place | null {
  if (listPaths.includes(pathname)) return { route: 'list', rest: '' };
  for (const [route, path] of usualPaths) {
    const isBelow = pathname.startsWith(path) && (pathname[path.length] ?? '/') === '/';
    if (isBelow) return { route, rest: pathname.slice(path.length) };
  }
  return null;
}

function geminiPlace(method = ''): Place {
  return { route: /embed/i.test(method) ? 'gemini-embed' : 'gemini', rest: '' };
}

/** Gemini has a method for each way to ask, so a rule holds for all of them. */
function geminiPath(
  set: string,
  named: string,
  { model, method }: { model?: string; method?: string },
): string {
  if (!set.includes('{model}')) return `${named}/${model}${method}`;
  return geminiMethod.test(set) ? named.replace(geminiMethod, () => method ?? '') : named + method;
}

function escapedModel(model: string): string {
  const parts = model
    .toWellFormed()
    .replace(/^models\//, '')
    .split('/');
  return parts.map((part) => encodeURIComponent(part)).join('/');
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
