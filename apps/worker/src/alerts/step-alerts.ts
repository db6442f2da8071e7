import { type Stepped, stepIncidents } from '@api-monitor/core';
import { stepStoredAlerts } from '@api-monitor/db';
import type { WorkerDeps } from '../worker-deps.ts';
import { createAlertInput } from './alert-setup.ts';
import { asFindings } from './other-findings.ts';

type Deps = Pick<WorkerDeps, 'db' | 'bus' | 'givenSettings' | 'logger' | 'nowS'>;

/**
 * Decides from what is stored what people must be told, and stores that with the state that follows from it.
 * Returns what was decided. Any number of processes may do it at once: each step follows from the one before.
 */
export function createAlertStep(deps: Deps): () => Promise<Stepped> {
  const { db, bus, logger, nowS } = deps;
  const readInput = createAlertInput(deps);
  let watched: ReadonlySet<number> = new Set();
  return async () => {
    const { setup, observations, looks } = await readInput(watched);
    const now = nowS();
    const stepped = await stepStoredAlerts(
      db,
      (state) => {
        const found = [...observations, ...asFindings(looks, state, now)];
        return stepIncidents(state, found, setup, now);
      },
      now,
    );
    watched = channelsIn(stepped);
    const { incidents, notices } = stepped;
    for (const { id, kind, scope, severity, ended_at } of incidents) {
      const is_open = ended_at === null;
      logger.info({ incident: id, kind, scope, severity, is_open }, 'incident changed');
    }
    if (notices.length > 0) logger.info({ count: notices.length }, 'notices to send');
    const incident_ids = incidents.map(({ id }) => id);
    if (incident_ids.length > 0) {
      await bus.events.publish({ type: 'incidents_changed', data: { incident_ids } });
    }
    return stepped;
  };
}

function channelsIn({ state }: Stepped): Set<number> {
  return new Set(Object.values(state.watches).flatMap(({ subject }) => subject.target_id ?? []));
}
