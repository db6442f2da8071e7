import type { ErrorKind, ProbeRow, WireProtocol } from '@api-monitor/core';
import { isSkipped } from '@api-monitor/core';
import { memoizeByObject } from '../draw/memoize-by-object.ts';

export const probeStatuses = ['all', 'passed', 'failed', 'skipped'] as const;
export type ProbeStatus = (typeof probeStatuses)[number];

/** Which probes to show; '' means all. */
export interface ProbeFilter {
  query: string;
  status: ProbeStatus;
  kind: ErrorKind | '';
  protocol: WireProtocol | '';
  model: string;
}

export const noProbeFilter: ProbeFilter = {
  query: '',
  status: 'all',
  kind: '',
  protocol: '',
  model: '',
};

export function isFilteringProbes(filter: ProbeFilter): boolean {
  return (Object.keys(filter) as (keyof ProbeFilter)[]).some(
    (key) => filter[key] !== noProbeFilter[key],
  );
}

export function probeStatusOf(probe: Pick<ProbeRow, 'success' | 'error_kind'>) {
  if (probe.success) return 'passed' as const;
  return isSkipped(probe) ? ('skipped' as const) : ('failed' as const);
}

export const probeTones = { passed: 'ok', failed: 'bad', skipped: 'idle' } as const;

/** The probes that match; each must contain every word of the query. */
export function filterProbes(probes: readonly ProbeRow[], filter: ProbeFilter): ProbeRow[] {
  // Read once: reading a reactive object is slow, and there may be 20,000 probes.
  const { query, status, kind, protocol, model } = filter;
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return probes.filter(
    (probe) =>
      (status === 'all' || probeStatusOf(probe) === status) &&
      (kind === '' || probe.error_kind === kind) &&
      (protocol === '' || probe.protocol === protocol) &&
      (model === '' || probe.model === model) &&
      words.every((word) => textOf(probe).includes(word)),
  );
}

/** Prepares the searched texts, so that the first key press isn't slow. */
export function readySearch(probes: readonly ProbeRow[]): void {
  for (const probe of probes) textOf(probe);
}

/** The searched text of a probe, cached because a key press may search 20,000 probes. */
const textOf = memoizeByObject(
  ({ model, error, content, endpoint, status_code, route }: ProbeRow) =>
    [model, error, content, endpoint, status_code, route].join('\n').toLowerCase(),
);

/** How many probes there are of each status, and which kinds and models occur. */
export function countProbes(probes: readonly ProbeRow[]) {
  const counts: Record<ProbeStatus, number> = { all: 0, passed: 0, failed: 0, skipped: 0 };
  const kinds = new Set<ErrorKind>();
  const models = new Set<string>();
  for (const probe of probes) {
    counts.all += 1;
    counts[probeStatusOf(probe)] += 1;
    if (probe.error_kind) kinds.add(probe.error_kind);
    models.add(probe.model);
  }
  return { counts, kinds: [...kinds].sort(), models: [...models].sort() };
}
