import type { AlertKind, Incident, IncidentEvent } from '@api-monitor/core';

/** The rest is about keys, money and this installation. */
export const visibleKinds: readonly AlertKind[] = [
  ...(['model_down', 'channel_down', 'latency', 'wrong_answers', 'certificate'] as const),
  ...(['model_new', 'model_gone'] as const),
];

/** An incident as a visitor sees it: channels and models, but not keys, and not who was told or did what. */
export function incidentForVisitor(incident: Incident): Incident | null {
  const members = incident.members.filter(({ subject }) => visibleKinds.includes(subject.kind));
  if (members.length === 0 && incident.scope !== 'network') return null;
  const { acknowledged_by } = incident;
  return { ...incident, members, told: [], acknowledged_by: acknowledged_by && 'admin' };
}

export function eventsForVisitor(events: readonly IncidentEvent[]): IncidentEvent[] {
  return events.flatMap((event) => {
    const { by: _by, notices: _notices, ...detail } = event.detail;
    return isAboutHidden(detail.subject) ? [] : [{ ...event, detail }];
  });
}

function isAboutHidden(subject: unknown): boolean {
  if (typeof subject !== 'object' || subject === null || !('kind' in subject)) return false;
  return !visibleKinds.some((kind) => kind === subject.kind);
}
