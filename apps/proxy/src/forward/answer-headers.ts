import type { EvidenceState } from '@api-monitor/core';
import { type AnswerHeaders, headerOf } from '@api-monitor/upstream';
import type { KeyMask } from './key-mask.ts';

/**
 * The headers of a target's answer that reach the client: those that SDKs and agents read. All others
 * are dropped. Some would steer the proxy in front of the gateway (`x-accel-redirect`, `x-sendfile`),
 * others the browser on the dashboard's origin (`set-cookie`, `cache-control`, `location`), and the
 * gateway sets those that frame the body (`content-length`, `transfer-encoding`, `content-encoding`).
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
/** The gateway sends these itself. */
const ownIds = new Set(['x-request-id', 'request-id']);

/** Sent with every answer, so that a browser that opens it gives it no rights and no cache stores it. */
export const harmless = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cache-control': 'no-store',
};
const harmlessPairs = Object.entries(harmless).flat();

/**
 * Sent with every event stream: nginx collects an answer by default, so that a stream would arrive as one
 * lump. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
 */
export const unbuffered = { 'x-accel-buffering': 'no' };

/** Routing details for the `x-proxy-*` headers. */
export interface RoutingInfo {
  requestId: string;
  targetId: number;
  /** The hash of the target's key that was used; undefined if it has only one. */
  targetKey: string | undefined;
  model: string;
  attempts: number;
  /** Null if it was never proven on the route. */
  proofAgeS: number | null;
  evidence: EvidenceState;
}

/** The headers of the answer to the client, alternating names and values, without its framing. */
export function answerHeaders(
  upstream: AnswerHeaders,
  { requestId, targetId, model, attempts, proofAgeS, evidence }: RoutingInfo,
  keyMask: KeyMask,
  isPassed: (name: string) => boolean,
): string[] {
  const headers: string[] = [];
  for (const name of Object.keys(upstream)) {
    // Only the first of several values, because readers differ in which one they use.
    if (isPassed(name)) headers.push(name, keyMask.inText(headerOf(upstream, name) ?? ''));
  }
  headers.push(
    ...harmlessPairs,
    'x-request-id',
    requestId,
    'request-id',
    requestId,
    'x-proxy-target-id',
    String(targetId),
    'x-proxy-attempts',
    String(attempts),
  );
  // Requests for what a channel keeps ask no model.
  if (model === '') return headers;
  headers.push('x-proxy-upstream-model', asHeaderValue(model), 'x-proxy-evidence', evidence);
  if (proofAgeS !== null) headers.push('x-proxy-proof-age', String(Math.round(proofAgeS)));
  return headers;
}

/** Whether a header of a target's answer reaches the client. */
export function isAnswerHeaderPassed(name: string): boolean {
  return (
    passed.has(name) ||
    passedPrefixes.some((prefix) => name.startsWith(prefix)) ||
    (upstreamRequestId.test(name) && !ownIds.has(name))
  );
}

/** A model's name comes from the upstream; one that a header can't hold is percent-encoded. */
function asHeaderValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
