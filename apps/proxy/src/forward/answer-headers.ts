import { type AnswerHeaders, headerOf } from '@api-monitor/upstream';
import type { KeyCover } from './key-cover.ts';

/**
 * The headers of a channel's answer that reach the client: those that SDKs and agents read. All others
 * stay here. Some would steer the proxy in front of us (`x-accel-redirect`, `x-sendfile`), others the
 * browser on the dashboard's origin (`set-cookie`, `cache-control`, `location`), and those that frame
 * the body (`content-length`, `transfer-encoding`, `content-encoding`) are for the gateway to set.
 */
const passed = new Set([
  'content-type',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'server-timing',
  'cf-ray',
  'x-trace-id',
  'x-ds-trace-id',
  'x-generation-id',
  // The Codex CLI reads these two, and `x-codex-*`.
  'x-models-etag',
  'x-reasoning-included',
]);
const passedPrefixes = [
  'x-ratelimit-',
  'ratelimit-',
  'anthropic-',
  'openai-',
  'x-codex-',
  'x-openai-',
  'x-litellm-',
];
/** `x-oneapi-request-id`, `x-amzn-requestid`, `apim-request-id`, … */
const upstreamRequestId = /[a-z]-?request-?id$/;
/** The gateway sends its own. */
const ownIds = new Set(['x-request-id', 'request-id']);

/** In every answer of the gateway: opened in a browser, it is a page without rights, and no cache keeps it. */
export const harmless = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cache-control': 'no-store',
};
const harmlessPairs = Object.entries(harmless).flat();

/** What the gateway says of its choice, in `x-proxy-*` headers. */
export interface RoutingInfo {
  requestId: string;
  targetId: number;
  model: string;
  attempts: number;
  proofAgeS: number;
}

/** The headers of the answer to the client, names and values in turn; its framing is added later. */
export function answerHeaders(
  upstream: AnswerHeaders,
  { requestId, targetId, model, attempts, proofAgeS }: RoutingInfo,
  keyCover: KeyCover,
): string[] {
  const headers: string[] = [];
  for (const name of Object.keys(upstream)) {
    // Only the first of several: two content types are two answers to two readers.
    if (isPassed(name)) headers.push(name, keyCover.inText(headerOf(upstream, name) ?? ''));
  }
  headers.push(
    ...harmlessPairs,
    'x-request-id',
    requestId,
    'request-id',
    requestId,
    'x-proxy-target-id',
    String(targetId),
    'x-proxy-upstream-model',
    asHeaderValue(model),
    'x-proxy-attempts',
    String(attempts),
    'x-proxy-proof-age',
    String(Math.round(proofAgeS)),
  );
  return headers;
}

const verdicts = new Map<string, boolean>();
const verdictLimit = 1_000;

/** Servers send the same few names: each is judged once. */
function isPassed(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict =
    passed.has(name) ||
    passedPrefixes.some((prefix) => name.startsWith(prefix)) ||
    (upstreamRequestId.test(name) && !ownIds.has(name));
  if (verdicts.size < verdictLimit) verdicts.set(name, verdict);
  return verdict;
}

/** A model's name is the upstream's word: what a header can't carry is percent-encoded. */
function asHeaderValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
