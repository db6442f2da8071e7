import {
  type AlertSetup,
  type AlertState,
  findingsOfLooks,
  type Observation,
  type Stepped,
  settingsInForce,
  stepIncidents,
  wantedModels,
  withGroupNames,
} from '@api-monitor/core';
import {
  type Database,
  listDestinations,
  listMaintenance,
  listProxyKeys,
  readAlertRules,
  readSettings,
  stepStoredAlerts,
  sumProxyRequests,
} from '@api-monitor/db';
import type { WorkerDeps } from '../worker-deps.ts';
import { createChannelReader } from './channel-reader.ts';
import { createLooks, kept, type Looked } from './looks/read-looks.ts';

type Deps = Pick<WorkerDeps, 'db' | 'bus' | 'givenSettings' | 'logger' | 'dataDir' | 'nowS'>;

/**
 * Decides from what is stored what people must be told, and stores that with the state that follows from it.
 * Returns what was decided. Any number of processes may do it at once: each step follows from the one before.
 */
export function createAlertStep(deps: Deps): () => Promise<Stepped> {
  const { db, bus, logger, nowS } = deps;
  const channels = createChannelReader(db, nowS);
  const readInput = createAlertInput(deps, channels);
  let watched: ReadonlySet<number> = new Set();
  const step = async () => {
    const { setup, observations, looks, ...looked } = await readInput(watched);
    const now = nowS();
    const decide = (state: AlertState) => {
      const known = { watches: state.watches, nowS: now, ...looked };
      const found = [...observations, ...findingsOfLooks(looks, known)];
      return stepIncidents(state, found, setup, now);
    };
    return stepStoredAlerts(db, decide, now);
  };
  return async () => {
    const stepped = await step().catch((error) => {
      channels.forget();
      throw error;
    });
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

/** What a step is decided from. */
interface AlertInput extends Looked {
  setup: AlertSetup;
  /** About channels. */
  observations: readonly Observation[];
}

/** What traffic asked for within this time is wanted. */
const wantedForS = 7 * 86_400;
/** How old may be what is known of that. */
const wantedAgeS = 60;

/** Reads what steps are decided from; `watched`: the channels about which there are watches. */
function createAlertInput(
  { db, givenSettings, nowS, ...deps }: Deps,
  channels: ReturnType<typeof createChannelReader>,
) {
  const readAskedLately = kept(nowS, wantedAgeS, () => readAsked(db, nowS()));
  const readLooks = createLooks({ db, givenSettings, nowS, ...deps });
  return async (watched: ReadonlySet<number>): Promise<AlertInput> => {
    const { model_aliases } = settingsInForce(await readSettings(db), givenSettings);
    const { index, aliases, observations } = await channels.read({
      ...{ aliasLines: model_aliases, watched },
    });
    const rules = await readAlertRules(db);
    return {
      setup: {
        rules,
        channels: index,
        wanted: wantedModels({
          listed: await readListed(db),
          asked: (await readAskedLately(null)).value,
          aliases,
        }),
        maintenance: (await listMaintenance(db)).map((one) => withGroupNames(one, aliases)),
        destinations: await listDestinations(db),
      },
      observations,
      ...(await readLooks({ rules, aliases, watched })),
    };
  };
}

/** The names that keys list. */
async function readListed(db: Database): Promise<string[]> {
  const keys = await listProxyKeys(db);
  return keys
    .filter(({ enabled, revoked_at }) => enabled && revoked_at === null)
    .flatMap(({ allowed_models }) => allowed_models);
}

/** The models that traffic asked for, as channels call them. */
async function readAsked(db: Database, nowS: number): Promise<string[]> {
  const asked = await sumProxyRequests(db, { group_by: 'model', from: nowS - wantedForS });
  return asked.flatMap(({ group }) => (typeof group === 'string' && group !== '' ? group : []));
}
