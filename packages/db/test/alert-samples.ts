import {
  type AlertSetup,
  type AlertState,
  alertRuleDefaults,
  type DestinationInput,
  destinationDefaults,
  indexChannels,
  type Observation,
  stepIncidents,
} from '@api-monitor/core';
import {
  createDestination,
  type Database,
  listDestinations,
  listMaintenance,
  stepStoredAlerts,
} from '../src/index.ts';

/** Channels 1 to 9, each with a model of its own. */
const channels = indexChannels(
  Array.from({ length: 9 }, (_, index) => ({
    ...{ id: index + 1, name: `C${index + 1}`, host: `api.c${index + 1}.example` },
    ...{ tags: [], models: [`m${index + 1}`], answered_at: null },
  })),
);

export async function setupIn(db: Database): Promise<AlertSetup> {
  return {
    ...{ rules: alertRuleDefaults, channels, wanted: new Set<string>() },
    maintenance: await listMaintenance(db),
    destinations: await listDestinations(db),
  };
}

export function destinationInput(fields: Partial<DestinationInput> = {}): DestinationInput {
  return { name: 'Ops', kind: 'webhook', ...destinationDefaults, ...fields };
}

export async function addDestination(db: Database, fields: Partial<DestinationInput> = {}) {
  const config = { url: 'https://hooks.example/secret-path' };
  return createDestination(db, destinationInput(fields), config, 1);
}

export function channelFails(target_id: number, at: number): Observation {
  return {
    subject: { kind: 'channel_down', target_id, model: null, name: null },
    ...{ is_bad: true, at, why: { kind: 'quota', message: 'insufficient balance' } },
  };
}

export function channelAnswers(target_id: number, at: number): Observation {
  return { ...channelFails(target_id, at), is_bad: false, why: null };
}

/** A step of a worker. */
export async function step(db: Database, nowS: number, observations: readonly Observation[] = []) {
  const setup = await setupIn(db);
  const decide = (state: AlertState) => stepIncidents(state, observations, setup, nowS);
  return stepStoredAlerts(db, decide, nowS);
}

/** A channel fails twice, so that people are told. */
export async function goDown(db: Database, target_id: number, nowS: number) {
  await step(db, nowS, [channelFails(target_id, nowS)]);
  return step(db, nowS + 2, [channelFails(target_id, nowS + 2)]);
}

export async function comeBack(db: Database, target_id: number, nowS: number) {
  await step(db, nowS, [channelAnswers(target_id, nowS)]);
  return step(db, nowS + 2, [channelAnswers(target_id, nowS + 2)]);
}
