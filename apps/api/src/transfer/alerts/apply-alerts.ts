import {
  createDestination,
  deleteDestination,
  inTransaction,
  lockSettings,
  markDestination,
  updateDestination,
  writeAlertRules,
} from '@api-monitor/db';
import type { ApiDeps } from '../../api-deps.ts';
import type { Audit } from '../../audit/record-action.ts';
import type { AlertPlan } from './plan-alerts.ts';

type Deps = Pick<ApiDeps, 'db' | 'bus' | 'now'>;

/** Makes rules and destinations as a plan says, all or nothing; with `prune`, deletes those that are left. */
export async function applyAlerts(
  { db, bus, now }: Deps,
  audit: Audit,
  { rules, destinations, left }: AlertPlan,
  { prune }: { prune: boolean },
): Promise<void> {
  if (!rules && destinations.length === 0 && left.length === 0) return;
  await inTransaction(db, async (tx) => {
    await lockSettings(tx);
    if (rules && rules.changes.length > 0) {
      await writeAlertRules(tx, rules.rules, now());
      await audit(tx, 'alert_rules.changed', null, rules.changes);
    }
    for (const planned of destinations) {
      const { changes, before, input, config, file } = planned;
      const id = before?.id ?? null;
      const isChanged = id === null || changes.length > 0;
      const written =
        id === null
          ? await createDestination(tx, input, config, now())
          : isChanged
            ? await updateDestination(tx, id, { ...input, config }, now())
            : before;
      if (!written) continue;
      if (isChanged) {
        const action = id === null ? 'destination.created' : 'destination.changed';
        await audit(tx, action, written, changes);
      }
      if (file !== null) await markDestination(tx, written.id, file);
    }
    for (const { destination } of prune ? left : []) {
      await deleteDestination(tx, destination.id, now());
      await audit(tx, 'destination.deleted', destination);
    }
  });
  await bus.events.publish({ type: 'alerts_changed', data: {} });
}
