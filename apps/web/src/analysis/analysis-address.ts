import { idOf } from '../probes/viewer-address.ts';

export const ranges = ['24h', '7d', '30d', '90d'] as const;
export type Range = (typeof ranges)[number];

/** What the analysis page's address says. */
export interface AnalysisAddress {
  targetId: number | null;
  range: Range;
  /** The models that are compared; none: the channel as a whole. */
  models: string[];
  /** The model that is followed across channels; '': one is chosen. */
  across: string;
}

/** As many lines as can be told apart. */
export const mostCompared = 6;

/** Reads a query string; what makes no sense in it counts as absent. */
export function readAnalysisAddress(search: string): AnalysisAddress {
  const params = new URLSearchParams(search);
  return {
    targetId: idOf(params.get('target_id')),
    range: ranges.find((it) => it === params.get('range')) ?? '24h',
    models: [...new Set(params.getAll('model'))].slice(0, mostCompared),
    across: params.get('across') ?? '',
  };
}

export function writeAnalysisAddress({ targetId, range, models, across }: AnalysisAddress): string {
  const params = new URLSearchParams();
  if (targetId !== null) params.set('target_id', String(targetId));
  if (range !== '24h') params.set('range', range);
  for (const model of models) params.append('model', model);
  if (across) params.set('across', across);
  return `?${params}`;
}
