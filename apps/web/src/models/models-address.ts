import { type ModelsFilter, modelStates } from './offered-model.ts';

export interface ModelsAddress {
  filter: ModelsFilter;
  openModels: string[];
}

/** Reads a query string; what makes no sense in it counts as absent. */
export function readModelsAddress(search: string): ModelsAddress {
  const params = new URLSearchParams(search);
  return {
    filter: {
      query: params.get('q') ?? '',
      state: modelStates.find((it) => it === params.get('state')) ?? 'all',
    },
    openModels: params.getAll('open'),
  };
}

/** The query string of a view, with its `?`; empty where nothing differs from the start. */
export function writeModelsAddress({ filter, openModels }: ModelsAddress): string {
  const params = new URLSearchParams();
  if (filter.query) params.set('q', filter.query);
  if (filter.state !== 'all') params.set('state', filter.state);
  for (const model of openModels) params.append('open', model);
  return params.size === 0 ? '' : `?${params}`;
}
