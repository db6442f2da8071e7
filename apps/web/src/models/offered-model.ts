import type { ErrorKind, RoutingPolicy, WireProtocol } from '@api-monitor/core';

/** A channel that offers a model, as `GET /api/models` tells it. */
export interface Offer {
  rank: number | null;
  target_id: number;
  target_name: string;
  refused: string | null;
  is_alive: boolean | null;
  is_fresh: boolean;
  proved_at: number;
  first_byte_s: number | null;
  breaker: 'closed' | 'half_open' | 'open';
  live_failures: number;
  live_error: string | null;
  probe_error: string | null;
  enabled: boolean;
  skipped: boolean;
  latency_s: number;
  first_token_s: number | null;
  output_tokens_per_s: number | null;
  state_since: number;
  last_success_at: number | null;
  error_kind: ErrorKind | null;
}

/** A model with the channels that offer it, in the order that the gateway would try. */
export interface OfferedModel {
  model: string;
  protocol: WireProtocol;
  chosen_target_id: number | null;
  channels: Offer[];
}

export interface OfferedModels {
  policy: RoutingPolicy;
  bare_models: boolean;
  items: OfferedModel[];
}

export const modelStates = ['all', 'alive', 'partly', 'dead'] as const;
export type ModelStateFilter = (typeof modelStates)[number];

/** `idle`: no chat model, neither alive nor dead. */
export function stateOfModel({ channels }: OfferedModel): 'alive' | 'partly' | 'dead' | 'idle' {
  const probed = channels.filter((offer) => !offer.skipped && offer.enabled);
  if (probed.length === 0) return 'idle';
  const alive = probed.filter((offer) => offer.refused === null).length;
  if (alive === probed.length) return 'alive';
  return alive === 0 ? 'dead' : 'partly';
}

export interface ModelsFilter {
  query: string;
  state: ModelStateFilter;
}

/** The models that fit: the words of the query stand in the model's name or a channel's. */
export function filterModels(
  models: readonly OfferedModel[],
  { query, state }: ModelsFilter,
): OfferedModel[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((one) => {
    if (state !== 'all' && stateOfModel(one) !== state) return false;
    const names = [one.model, ...one.channels.map((offer) => offer.target_name)];
    const text = names.join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
