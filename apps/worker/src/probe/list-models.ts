import type { Target, UpstreamTarget } from '@api-monitor/core';
import { type ModelList, modelListRequest, readModelList } from '@api-monitor/protocols';
import type { Upstream } from '@api-monitor/upstream';
import { hideKey } from './hide-key.ts';

interface ListModelsInput {
  upstream: Upstream;
  upstreamTarget: UpstreamTarget;
  target: Pick<Target, 'timeout_s'>;
  signal: AbortSignal;
}

/**
 * The ids that a channel lists, each once and in its order, or a sentence that says what it sent instead.
 * Throws the signal's reason if it aborts.
 */
export async function listModels(input: ListModelsInput): Promise<ModelList> {
  const { upstream, upstreamTarget, target, signal } = input;
  const timeoutMs = target.timeout_s * 1000;
  const exchange = await upstream.exchange(upstreamTarget, modelListRequest, { timeoutMs, signal });
  const list = readModelList(exchange);
  const hider = hideKey(upstreamTarget.apiKey);
  if (!list.ok) return readModelList(hider.inExchange(exchange));
  // An id with the key must not be stored or shown, and a masked one isn't a model's.
  return { ok: true, models: list.models.filter((id) => hider.inText(id) === id) };
}
