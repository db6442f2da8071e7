import { isProvingRoute, matchesPattern, modelKey } from '@api-monitor/core';
import type { BoardModel } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { SentRequest } from '../forward/forwarding.ts';
import type { HeldBody } from './body/held-body.ts';
import { type FoundModel, modelSplices } from './find-model.ts';
import { scanKeys, spellingOf } from './json-bytes.ts';
import type { Endpoint } from './match-route.ts';
import { overrideBody } from './overrides/override-body.ts';
import { splicedBody } from './overrides/splices.ts';
import { innerModelSplices } from './rename-inner-models.ts';

interface Asked {
  endpoint: Endpoint;
  heldBody: HeldBody;
  /** Null if the path names the model. */
  found: FoundModel | null;
  /** As the client named it. */
  model: string;
  isStream: boolean;
  /** With its question mark. */
  query: string;
}

/**
 * The client's request with the model named as the target names it, and with what the target wants changed
 * in JSON bodies. All else is sent byte for byte from the client's own bytes.
 */
export function requestForModel(
  asked: Asked,
  entry: BoardModel,
): SentRequest | { error: GatewayError } {
  const { endpoint, heldBody, found, query } = asked;
  const { bytes } = heldBody;
  const { model } = entry;
  const path = found ? endpoint.upstreamPath : pathWithModel(endpoint.upstreamPath, model);
  // Google's API takes no other spelling.
  const name = endpoint.route === 'cached-contents' ? `models/${modelKey(model)}` : model;
  const hidesUsage = isUsageHidden(asked, entry);
  const own = overridesFor(asked, entry);
  const overrides = hidesUsage ? [...own, usageOverride] : own;
  if (overrides.length === 0) {
    return { path: path + query, pieces: splicedBody(bytes, namedModel(asked, name)) };
  }
  // Two insertions at one place would have to know of each other's commas.
  const isAbsent = found?.form === 'absent';
  const naming = { action: 'set', path: ['model'], json: JSON.stringify(name) } as const;
  const overridden = overrideBody(bytes, isAbsent ? [naming, ...overrides] : overrides);
  if (!overridden.ok) return { error: repeatedKey(overridden.repeated) };
  const named = isAbsent ? [] : namedModel(asked, name);
  return {
    path: path + query,
    pieces: splicedBody(bytes, [...overridden.splices, ...named]),
    hidesUsage,
  };
}

/** Whether the channel is asked for the usage of a chat stream whose client didn't ask. */
function isUsageHidden({ endpoint, isStream, heldBody }: Asked, { target }: BoardModel): boolean {
  return target.asksUsage && isStream && endpoint.route === 'chat' && !asksUsage(heldBody.bytes);
}

/** Whether a chat request asks for the usage of its stream itself. */
function asksUsage(body: Buffer): boolean {
  let isWithin = false;
  let asks = false;
  scanKeys(body, (start, end, value, depth) => {
    if (depth === 1) isWithin = spellingOf(body, start, end, 'stream_options') !== null;
    if (depth !== 2 || !isWithin) return;
    if (spellingOf(body, start, end, 'include_usage') === null) return;
    asks = body.toString('latin1', value, value + 4) === 'true';
  });
  return asks;
}

/** What asks for it. */
const usageOverride = {
  action: 'set',
  path: ['stream_options', 'include_usage'],
  json: 'true',
} as const;

/** Side endpoints such as count_tokens refuse fields that the main one takes. */
function overridesFor({ endpoint, found }: Asked, { target, model }: BoardModel) {
  const { bodyOverrides } = target;
  if (bodyOverrides.length === 0 || found?.form === 'plain') return [];
  if (!isProvingRoute(endpoint.route)) return [];
  return bodyOverrides.filter(
    ({ pattern, path: [first = ''] }) =>
      !ownFields.includes(first) && (pattern === null || matchesPattern(model, pattern)),
  );
}

/** The gateway has read them, so nothing may change below them either. */
const ownFields: readonly string[] = ['model', 'stream'];

function namedModel({ heldBody: { bytes }, found, model: asked }: Asked, name: string) {
  return found ? modelSplices(bytes, found, name) : innerModelSplices(bytes, asked, name);
}

function repeatedKey(key: string): GatewayError {
  const message = `"${key}" must come once and in this spelling, because the channel has a setting for it`;
  return { status: 400, code: 'invalid_request', message, param: key };
}

function pathWithModel(path: string, model: string): string {
  const escaped = modelKey(model).split('/').map(encodeURIComponent).join('/');
  return path.replace('{model}', () => escaped);
}
