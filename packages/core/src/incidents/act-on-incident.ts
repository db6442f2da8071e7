import type { Incident, IncidentEvent } from './incident.ts';
import type { AlertState } from './step.ts';

/** What a person may do about an incident. Acknowledged ones aren't told again, muted ones not at all. */
export type IncidentAction =
  | { kind: 'acknowledge'; by: string }
  | { kind: 'withdraw' }
  | { kind: 'mute'; until: number; by: string }
  | { kind: 'unmute'; by: string };

/** The state after it, and what to store; null if there is no such open incident. */
export function actOnIncident(
  state: AlertState,
  id: number,
  action: IncidentAction,
  nowS: number,
): { state: AlertState; incident: Incident; event: IncidentEvent } | null {
  const before = state.incidents.find((one) => one.id === id && one.ended_at === null);
  if (!before) return null;
  const { fields, ...what } = effectOf(action, nowS);
  const incident = { ...before, ...fields, events: before.events + 1 };
  const incidents = state.incidents.map((one) => (one === before ? incident : one));
  const event = { incident_id: id, seq: incident.events, at: nowS, ...what };
  return { state: { ...state, incidents }, incident, event };
}

function effectOf(
  action: IncidentAction,
  nowS: number,
): Pick<IncidentEvent, 'kind' | 'detail'> & { fields: Partial<Incident> } {
  switch (action.kind) {
    case 'acknowledge': {
      const fields = { acknowledged_at: nowS, acknowledged_by: action.by };
      return { kind: 'acknowledged', detail: { by: action.by }, fields };
    }
    case 'withdraw': {
      const fields = { acknowledged_at: null, acknowledged_by: null };
      return { kind: 'withdrawn', detail: {}, fields };
    }
    case 'mute': {
      const { until, by } = action;
      return { kind: 'muted', detail: { until, by }, fields: { muted_until: until } };
    }
    case 'unmute':
      return { kind: 'unmuted', detail: { by: action.by }, fields: { muted_until: null } };
  }
}
