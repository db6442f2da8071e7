import type { Target, UpstreamTarget } from '@api-monitor/core';
import { listRequest, type ModelList, nextListRequest, startListing } from '@api-monitor/protocols';
import type { Upstream } from '@api-monitor/upstream';
import type { TakeTurn } from '../asking/channel-turns.ts';
import { hideKeys } from './hide-key.ts';

interface ListModelsInput {
  upstream: Upstream;
  upstreamTarget: UpstreamTarget;
  target: Pick<Target, 'timeout_s' | 'anthropic_version'>;
  /** What the last list returned as `way`, as stored. */
  way: unknown;
  cut: AbortSignal;
  takeTurn?: TakeTurn;
}

const channelFull: ModelList = {
  ok: false,
  kind: 'rate_limit',
  status: null,
  message: 'not asked: the channel had as many requests as it may have at a time',
};

/** As many as may be chosen; a longer list is cut. */
const mostModels = 5000;
/** All ways and pages together may take this many times as long as one probe. */
const patience = 2;

/**
 * The ids that a channel lists, each once and in its order, with the way that worked; or a sentence that
 * says what it sent instead. Throws the signal's reason if it aborts.
 */
export async function listModels(input: ListModelsInput): Promise<ModelList> {
  const { upstream, upstreamTarget, target, cut: signal } = input;
  const hider = hideKeys(upstreamTarget);
  let leftMs = patience * target.timeout_s * 1000;
  let state = startListing(input.way);
  for (;;) {
    const request = listRequest(state, target.anthropic_version);
    const timeoutMs = Math.min(target.timeout_s * 1000, Math.max(1, Math.round(leftMs)));
    const give = input.takeTurn ? await input.takeTurn() : () => {};
    if (!give) {
      signal.throwIfAborted();
      return channelFull;
    }
    const asked = upstream.exchange(upstreamTarget, request, { timeoutMs, signal });
    const exchange = await asked.finally(give);
    leftMs -= exchange.durationS * 1000;
    const step = nextListRequest(state, hider.inExchange(exchange));
    if (!step.done) {
      state = step.state;
      continue;
    }
    const { list } = step;
    if (!list.ok) return list;
    // An id with the key must not be stored or shown, and a masked one isn't a model's.
    const models = list.models.filter((id) => !hider.isHiddenIn(id));
    return { ...list, models: models.slice(0, mostModels) };
  }
}
