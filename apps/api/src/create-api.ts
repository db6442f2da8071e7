import { badTokens, createFailureLimiter, type FailureLimits } from '@api-monitor/bus';
import type { ApiDeps, ApiSurroundings } from './api-deps.ts';
import { createAdminPassword } from './auth/admin-password.ts';
import { createCredentials } from './auth/credentials.ts';
import { createLiftableLimiter } from './auth/liftable-limiter.ts';
import { readLastReset } from './auth/reset-access.ts';
import { readTokens } from './auth/secrets.ts';
import { createTurns } from './auth/turns.ts';
import { createRoutes } from './create-routes.ts';
import { createEventClients } from './events/event-clients.ts';
import { registerApiMetrics } from './monitor/api-metrics.ts';
import { createBreakerTracker } from './routing/breaker-tracker.ts';
import { followSettings } from './settings/follow-settings.ts';
import { createStatusReports } from './status/status-reports.ts';
import { createProgressTracker } from './targets/progress-tracker.ts';
import { applyChannelsFile, type ChannelsFile } from './transfer/apply-channels-file.ts';
import { createUploadReader } from './transfer/upload/upload-reader.ts';

export interface ApiOptions extends ApiSurroundings {
  /** A file of channels to apply; null: none. */
  channelsFile: ChannelsFile | null;
}

export interface Api {
  app: ReturnType<typeof createRoutes>;
  /** Ends every event stream. */
  close(): void;
}

const heartbeatMs = 30_000;
const eventClientLimits = { total: 2000, perAddress: 100 };
const badLoginLimits = { failures: 8, windowS: 60, blockS: 1800 };
/** For all addresses together, because there are only a million codes. */
const badCodeLimits = { failures: 20, windowS: 300, blockS: 900 };
/** A login takes some 0.4 s; nobody would wait behind more than these. */
const loginPlaces = { places: 20, placesOfKey: badLoginLimits.failures };

/** Builds the api over an open database and a bus. The caller closes it, then those. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { db, bus, secrets, metrics } = options;
  const uploadReader = createUploadReader();
  if (options.channelsFile) {
    await applyChannelsFile({ ...options, uploadReader }, options.channelsFile);
  }
  const credentials = createCredentials(await readTokens(db, secrets));
  const progress = createProgressTracker();
  const breakers = createBreakerTracker(options.now);
  const eventClients = createEventClients({
    events: bus.events,
    heartbeatMs,
    limits: eventClientLimits,
  });
  const limiter = (name: string, limits: FailureLimits) =>
    createFailureLimiter({ name, limits, sums: bus.sums, now: options.now });
  const lastReset = await readLastReset(db);
  const liftable = (name: string, limits: FailureLimits) =>
    createLiftableLimiter(lastReset, (reset) => limiter(`${name}${reset}`, limits));
  const logins = {
    badLogins: liftable('bad-logins', badLoginLimits),
    badCodes: liftable('bad-codes', badCodeLimits),
  };
  const onLastReset = (id: string) => {
    for (const one of Object.values(logins)) one.lift(id);
  };
  const followedSettings = followSettings({ ...options, onLastReset }, credentials, eventClients);
  const unsubscribe = bus.events.subscribe(({ event }) => {
    progress.take(event);
    breakers.take(event);
  });
  registerApiMetrics(metrics, bus, eventClients);
  const deps: ApiDeps = {
    ...options,
    credentials,
    followedSettings,
    adminPassword: createAdminPassword(db, secrets),
    ...logins,
    badTokens: limiter(badTokens.name, badTokens.limits),
    loginTurns: createTurns(loginPlaces),
    uploadReader,
    eventClients,
    progress,
    breakers,
    statusReports: createStatusReports(db, options.now),
  };
  return {
    app: createRoutes(deps),
    close() {
      uploadReader.close();
      followedSettings.stop();
      unsubscribe();
      eventClients.close();
    },
  };
}
