import { type Severity, severities } from '@api-monitor/core';

export const incidentStates = ['all', 'open', 'past'] as const;
export type IncidentState = (typeof incidentStates)[number];

/** Which incidents are shown; '' means all. `channel` is a channel's name. */
export interface IncidentFilter {
  state: IncidentState;
  severity: Severity | '';
  channel: string;
}

export interface IncidentsAddress {
  filter: IncidentFilter;
  /** The incident whose details are shown. */
  openId: number | null;
}

/** Reads a query string; invalid values count as absent. Notices link to `?id=`. */
export function readIncidentsAddress(search: string): IncidentsAddress {
  const params = new URLSearchParams(search);
  const id = params.get('id') ?? '';
  return {
    filter: {
      state: incidentStates.find((it) => it === params.get('state')) ?? 'all',
      severity: severities.find((it) => it === params.get('severity')) ?? '',
      channel: (params.get('channel') ?? '').slice(0, 256),
    },
    openId: /^\d{1,15}$/.test(id) ? Number(id) : null,
  };
}

/** The query string of a view, with its `?`; empty if the view is the default. */
export function writeIncidentsAddress({ filter, openId }: IncidentsAddress): string {
  const params = new URLSearchParams();
  if (openId !== null) params.set('id', String(openId));
  if (filter.state !== 'all') params.set('state', filter.state);
  if (filter.severity) params.set('severity', filter.severity);
  if (filter.channel) params.set('channel', filter.channel);
  return params.size === 0 ? '' : `?${params}`;
}
