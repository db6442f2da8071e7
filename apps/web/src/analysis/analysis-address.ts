import { idOf } from '../probes/viewer-address.ts';

export const ranges = ['24h', '7d', '30d', '90d'] as const;
export type Range = (typeof ranges)[number];

/** More lines in a chart would be hard to tell apart. */
export const maxCompared = 6;

/** The state that the address of the analysis page holds. */
export type AnalysisAddress = ReturnType<typeof readAnalysisAddress>;

/** Reads a query string; invalid values count as absent. */
export function readAnalysisAddress(search: string) {
  const params = new URLSearchParams(search);
  const range: Range = ranges.find((it) => it === params.get('range')) ?? '24h';
  return {
    targetId: idOf(params.get('target_id')),
    range,
    /** The models that are compared; if none, the channel as a whole is shown. */
    models: [...new Set(params.getAll('model'))].slice(0, maxCompared),
    /** The model whose channels are compared; if it is '', the page chooses one. */
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
