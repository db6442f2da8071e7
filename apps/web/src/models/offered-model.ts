import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../api/client.ts';

export type OfferedModels = InferResponseType<ApiClient['api']['models']['$get'], 200>;
/** A model with the channels that offer it, in the order in which the gateway would try them. */
export type OfferedModel = OfferedModels['items'][number];
export type Offer = OfferedModel['channels'][number];

type RoutesAnswer = InferResponseType<ApiClient['api']['routes']['$get'], 200>;
/** Where a request in one wire format would go, and why. */
export type RouteExplanation = RoutesAnswer['by_route'][number];
/** A channel as the gateway judges it for one wire format. */
export type Candidate = RouteExplanation['candidates'][number];

/** By how many of its channels a model can be served; `any` shows all models, `untold` those of which that isn't known. */
export const servedFilters = ['any', 'all', 'some', 'none', 'untold'] as const;
export type ServedFilter = (typeof servedFilters)[number];

/** `price`: by what the cheapest working channel takes for a typical request. */
export const modelSorts = ['name', 'price'] as const;
export type ModelSort = (typeof modelSorts)[number];

export interface ModelsFilter {
  query: string;
  state: ServedFilter;
  sort: ModelSort;
}

/** The models in a state whose name or channels' names contain every word of the query, in their order. */
export function filterModels(
  models: readonly OfferedModel[],
  { query, state, sort }: ModelsFilter,
): OfferedModel[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = models.filter((one) => {
    if (state !== 'any' && one.served_by !== state) return false;
    const offers = one.channels.flatMap(({ target_name, model }) => [target_name, model]);
    const names = [one.model, ...one.names, ...offers];
    const text = names.join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  if (sort === 'name') return matching;
  const costOf = (one: OfferedModel) => cheapestOf(one)?.estimated_cost ?? Number.MAX_VALUE;
  return matching.sort((a, b) => costOf(a) - costOf(b));
}

/** The channel that takes the least for a typical request, of those that can serve it; null if none has a price. */
export function cheapestOf({ channels }: Pick<OfferedModel, 'channels'>): PricedOffer | null {
  const priced = channels.filter(isPriced).filter(({ is_servable }) => is_servable);
  return priced.sort((a, b) => a.estimated_cost - b.estimated_cost)[0] ?? null;
}

type PricedOffer = Offer & { estimated_cost: number };

function isPriced(offer: Offer): offer is PricedOffer {
  return offer.estimated_cost !== null;
}

/** Tells apart the models of a group that one channel offers. */
export function placeKey({ target_id, model }: Pick<Candidate, 'target_id' | 'model'>): string {
  return `${target_id}/${model}`;
}

export type ModelsAddress = ReturnType<typeof readModelsAddress>;

/** Reads a query string; invalid values count as absent. */
export function readModelsAddress(search: string) {
  const params = new URLSearchParams(search);
  const filter: ModelsFilter = {
    query: params.get('q') ?? '',
    state: servedFilters.find((it) => it === params.get('state')) ?? 'any',
    sort: modelSorts.find((it) => it === params.get('sort')) ?? 'name',
  };
  return { filter, openModels: params.getAll('open') };
}

/** The query string of a view, with its `?`; empty if the view is the default. */
export function writeModelsAddress({ filter, openModels }: ModelsAddress): string {
  const params = new URLSearchParams();
  if (filter.query) params.set('q', filter.query);
  if (filter.state !== 'any') params.set('state', filter.state);
  if (filter.sort !== 'name') params.set('sort', filter.sort);
  for (const model of openModels) params.append('open', model);
  return params.size === 0 ? '' : `?${params}`;
}
