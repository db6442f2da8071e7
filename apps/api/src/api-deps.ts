import type { BlockList } from 'node:net';
import { type Bus, badTokens, createFailureLimiter, type FailureLimits } from '@api-monitor/bus';
import { eventHeartbeatMs, type GivenSettings } from '@api-monitor/core';
import type { Database } from '@api-monitor/db';
import { createPriceSource, type PriceSource } from '@api-monitor/prices';
import { type Logger, type Registry, rootPath } from '@api-monitor/runtime';
import { createDestinationTests } from './alerts/destination-tests.ts';
import { createAdminPassword } from './auth/admin-password.ts';
import { createCredentials } from './auth/credentials.ts';
import { createLiftableLimiter } from './auth/liftable-limiter.ts';
import { readLastReset } from './auth/reset-access.ts';
import { type GivenSecrets, readTokens } from './auth/secrets.ts';
import { createTurns } from './auth/turns.ts';
import { createChannelTests } from './channel-tests/channel-tests.ts';
import { createEventClients } from './events/event-clients.ts';
import { createEvidenceTracker } from './routing/evidence-tracker.ts';
import { createPageSessions } from './sessions/page-session.ts';
import { followSettings } from './settings/follow-settings.ts';
import { createStatusReports } from './status/status-reports.ts';
import { createProgressTracker } from './targets/progress-tracker.ts';
import { createUploadReader } from './transfer/upload/upload-reader.ts';

/** Where this process takes requests for the gateway. */
export interface Listener {
  /** Absent: all interfaces. */
  host: string | undefined;
  port: number;
}

/** What the api gets from the process that it runs in. */
export interface ApiSurroundings {
  db: Database;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  /** What the environment says about tokens and the password. */
  secrets: GivenSecrets;
  trustedProxies: BlockList;
  /** Where people open the pages, without a slash at the end; absent or null: as each request says. */
  publicUrl?: string | null;
  /** Where a proxy in front serves the product (`BASE_PATH`), with a slash at both ends; absent: `/`. */
  basePath?: string;
  metricsPublic: boolean;
  /** Metrics of what else runs in the api's process, in Prometheus' text format. */
  moreMetrics?: () => Promise<string>;
  /** Where the gateway listens in this process, once that is known; absent: it runs elsewhere. */
  listener?: () => Listener | null;
  /** What is in force unless an admin set otherwise. */
  givenSettings: GivenSettings;
  /** The price table, if the rest of the process shares it. */
  prices?: PriceSource;
  /** The folder of the built dashboard. */
  webRoot: string;
  /** Unix seconds. */
  now: () => number;
}

const eventClientLimits = { total: 2000, perAddress: 100 };
const badLoginLimits = { failures: 8, windowS: 60, blockS: 1800 };
/** For all addresses together, because there are only a million codes. */
const badCodeLimits = { failures: 20, windowS: 300, blockS: 900 };
/** A login takes some 0.4 s; nobody would wait behind more than these. */
const loginPlaces = { places: 20, placesOfKey: badLoginLimits.failures };

/** What the api's routes share. */
export type ApiDeps = Awaited<ReturnType<typeof createDeps>>;

/** Builds what the routes share; `close` ends it, with every event stream. */
export async function createDeps(options: ApiSurroundings) {
  const { db, bus, secrets, now, basePath = rootPath } = options;
  const limiter = (name: string, limits: FailureLimits) =>
    createFailureLimiter({ name, limits, sums: bus.sums, now });
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
  const credentials = createCredentials(await readTokens(db, secrets));
  const limits = eventClientLimits;
  const eventClients = createEventClients({
    events: bus.events,
    heartbeatMs: eventHeartbeatMs,
    limits,
  });
  const followedSettings = followSettings({ ...options, onLastReset }, credentials, eventClients);
  const uploadReader = createUploadReader();
  const channelTests = createChannelTests({ bus, now });
  const destinationTests = createDestinationTests({ bus, now });
  const progress = createProgressTracker();
  const evidence = createEvidenceTracker(now);
  const unsubscribe = bus.events.subscribe(({ event }) => {
    progress.take(event);
    evidence.take(event);
  });
  return {
    ...options,
    ...logins,
    basePath,
    credentials,
    pageSessions: await createPageSessions({ ...options, basePath, credentials }),
    eventClients,
    followedSettings,
    uploadReader,
    channelTests,
    destinationTests,
    progress,
    evidence,
    prices: options.prices ?? createPriceSource(db),
    adminPassword: createAdminPassword(db, secrets),
    badTokens: limiter(badTokens.name, badTokens.limits),
    /** Passwords are hashed one at a time, since each takes 128 MiB; addresses take turns. */
    loginTurns: createTurns(loginPlaces),
    statusReports: createStatusReports({ db, now, evidence }),
    close() {
      uploadReader.close();
      channelTests.close();
      destinationTests.close();
      followedSettings.stop();
      unsubscribe();
      eventClients.close();
    },
  };
}
