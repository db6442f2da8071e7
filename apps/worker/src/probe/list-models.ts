import type { ErrorKind, Target, UpstreamTarget } from '@api-monitor/core';
import { modelListRequest, readModelList } from '@api-monitor/protocols';
import type { Upstream } from '@api-monitor/upstream';
import { hideKey } from './hide-key.ts';

/** The models that a channel lists, with the way that worked; or why there is no list. */
export type ListOutcome =
  | { ok: true; models: string[]; way: unknown }
  | { ok: false; error: string; kind: ErrorKind };

interface ListModelsInput {
  upstream: Upstream;
  channel: UpstreamTarget;
  target: Pick<Target, 'timeout_s'>;
  /** What the last list returned as `way`, as stored. */
  way: unknown;
  cut: AbortSignal;
}

/**
 * The ids that a channel lists, each once and in its order, or a sentence that says what it sent instead.
 * Throws the signal's reason if it aborts.
 */
export async function listModels(input: ListModelsInput): Promise<ListOutcome> {
  const { upstream, channel, target, cut: signal } = input;
  const timeoutMs = target.timeout_s * 1000;
  const exchange = await upstream.exchange(channel, modelListRequest, { timeoutMs, signal });
  const list = readModelList(exchange);
  const hider = hideKey(channel.apiKey);
  if (!list.ok) {
    const hidden = readModelList(hider.inExchange(exchange));
    const kind = !exchange.answered
      ? exchange.kind
      : [401, 403].includes(exchange.status)
        ? 'auth'
        : 'upstream';
    return { ok: false, error: hidden.ok ? '' : hidden.error, kind };
  }
  // An id with the key must not be stored or shown, and a masked one isn't a model's.
  return { ok: true, models: list.models.filter((id) => hider.inText(id) === id), way: null };
}
