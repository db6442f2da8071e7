import { errorKinds, wireProtocols } from '@api-monitor/core';
import { noProbeFilter, type ProbeFilter, probeStatuses } from './filter-probes.ts';

/** Which probes are shown: those of the latest run, of one run, or of all. */
export type RunChoice = 'latest' | 'all' | number;

/** The state that the viewer's address holds. */
export interface ViewerAddress {
  targetId: number | null;
  run: RunChoice;
  filter: ProbeFilter;
  probeId: number | null;
}

/** Reads a query string; invalid values count as absent. */
export function readViewerAddress(search: string): ViewerAddress {
  const params = new URLSearchParams(search);
  const one = <T extends string>(all: readonly T[], name: string) =>
    all.find((it) => it === params.get(name));
  return {
    targetId: idOf(params.get('target_id')),
    run: params.get('run_id') === 'all' ? 'all' : (idOf(params.get('run_id')) ?? 'latest'),
    filter: {
      query: params.get('q') ?? '',
      status: one(probeStatuses, 'status') ?? noProbeFilter.status,
      kind: one(errorKinds, 'kind') ?? '',
      protocol: one(wireProtocols, 'protocol') ?? '',
      model: params.get('model') ?? '',
    },
    probeId: idOf(params.get('probe')),
  };
}

export function writeViewerAddress({ targetId, run, filter, probeId }: ViewerAddress): string {
  const params = new URLSearchParams();
  if (targetId !== null) params.set('target_id', String(targetId));
  if (run !== 'latest') params.set('run_id', String(run));
  if (filter.query) params.set('q', filter.query);
  for (const name of ['status', 'kind', 'protocol', 'model'] as const) {
    if (filter[name] !== noProbeFilter[name]) params.set(name, filter[name]);
  }
  if (probeId !== null) params.set('probe', String(probeId));
  return `?${params}`;
}

/** The id in an address; null for anything else. */
export function idOf(text: string | null): number | null {
  const id = Number(text);
  return text !== null && Number.isSafeInteger(id) && id > 0 ? id : null;
}
