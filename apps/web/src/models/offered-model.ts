import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';

export type OfferedModels = InferResponseType<ApiClient['api']['models']['$get'], 200>;
/** A model with the channels that offer it, in the order in which the gateway would try them. */
export type OfferedModel = OfferedModels['items'][number];
export type Offer = OfferedModel['channels'][number];

export const modelStates = ['all', 'alive', 'partly', 'dead'] as const;
export type ModelStateFilter = (typeof modelStates)[number];

/** `idle`: not a chat model, so neither alive nor dead. */
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

/** The models in a state whose name or channels' names contain every word of the query. */
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

export type ModelsAddress = ReturnType<typeof readModelsAddress>;

/** Reads a query string; invalid values count as absent. */
export function readModelsAddress(search: string) {
  const params = new URLSearchParams(search);
  const filter: ModelsFilter = {
    query: params.get('q') ?? '',
    state: modelStates.find((it) => it === params.get('state')) ?? 'all',
  };
  return { filter, openModels: params.getAll('open') };
}

/** The query string of a view, with its `?`; empty if the view is the default. */
export function writeModelsAddress({ filter, openModels }: ModelsAddress): string {
  const params = new URLSearchParams();
  if (filter.query) params.set('q', filter.query);
  if (filter.state !== 'all') params.set('state', filter.state);
  for (const model of openModels) params.append('open', model);
  return params.size === 0 ? '' : `?${params}`;
}
