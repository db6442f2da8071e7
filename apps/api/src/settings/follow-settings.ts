import type { Bus } from '@api-monitor/bus';
import type { Database } from '@api-monitor/db';
import { createOutageWatch, type Logger } from '@api-monitor/runtime';
import type { Credentials } from '../auth/credentials.ts';
import { readLastReset } from '../auth/reset-access.ts';
import { type GivenSecrets, readTokens } from '../auth/secrets.ts';
import type { EventClients } from '../events/event-clients.ts';

interface Options {
  db: Database;
  bus: Bus;
  logger: Logger;
  secrets: GivenSecrets;
  /** Called with the last reset of access at every reading, as `readLastReset` returns it. */
  onLastReset: (id: string) => void;
}

export interface FollowedSettings {
  /** Reads them again; event streams whose token is no longer valid are ended. */
  refresh(): Promise<void>;
  stop(): void;
}

/** One of an event's keys: admin sessions were ended, so their event streams must end too. */
export const endedSessions = 'admin_sessions';

/** After this time a change is noticed even if its event was lost. */
const rereadMs = 5_000;

/** Keeps this process up to date with the tokens in force and with resets of access by any process. */
export function followSettings(
  { db, bus, logger, secrets, onLastReset }: Options,
  credentials: Credentials,
  eventClients: EventClients,
): FollowedSettings {
  const refresh = async () => {
    const haveChanged = credentials.replace(await readTokens(db, secrets));
    if (haveChanged) eventClients.dropAll();
    onLastReset(await readLastReset(db));
  };
  const watch = createOutageWatch({
    logger,
    lost: 'settings could not be read again',
    back: 'settings are read again',
  });
  const refreshQuietly = () => void watch(refresh());
  const timer = setInterval(refreshQuietly, rereadMs);
  timer.unref();
  const unsubscribe = bus.events.subscribe(({ event }) => {
    if (event.type !== 'settings_changed') return;
    refreshQuietly();
    if (event.data.keys.includes(endedSessions)) eventClients.dropAll();
  });
  return {
    refresh,
    stop() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}
