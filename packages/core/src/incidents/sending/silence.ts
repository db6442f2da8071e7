import type { Subject } from '../findings/observation.ts';
import { failingMembers, type Incident } from '../incident.ts';
import { maintainedUntil } from '../quiet/maintenance.ts';
import type { Step } from '../step.ts';

/** Until when a subject is in maintenance; null if it isn't. */
export function maintainedUntilOf(step: Step, { target_id, model }: Subject): number | null {
  const channel = target_id === null ? null : (step.channels.byId.get(target_id) ?? null);
  return maintainedUntil(step.maintained, channel, model);
}

/** Whether nobody is told about it: it is muted, or everything that fails is in maintenance. */
export function isSilent(step: Step, incident: Incident): boolean {
  if (incident.muted_until !== null && incident.muted_until > step.nowS) return true;
  const failing = failingMembers(incident);
  return (
    failing.length > 0 && failing.every(({ subject }) => maintainedUntilOf(step, subject) !== null)
  );
}
