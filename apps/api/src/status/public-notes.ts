import type { StatusNote } from '@api-monitor/core';
import type { PublicIncident, PublicNote } from './status-schema.ts';

/**
 * What the operator tells about published lines, newest first. A note about an incident that strangers don't
 * see is left out unless it names a line itself.
 */
export function publicNotes(
  notes: readonly StatusNote[],
  published: readonly string[],
  incidents: readonly PublicIncident[],
): PublicNote[] {
  const shownIds = new Set(incidents.map(({ incident }) => incident));
  return notes.flatMap(({ slugs, incident_id, thread_id: thread, ...note }) => {
    const named = slugs.filter((slug) => published.includes(slug));
    const isShown = incident_id !== null && shownIds.has(incident_id);
    const isGeneral = slugs.length === 0 && (incident_id === null || isShown);
    if (!isGeneral && named.length === 0) return [];
    return [{ ...note, thread, incident: isShown ? incident_id : null, slugs: named }];
  });
}
