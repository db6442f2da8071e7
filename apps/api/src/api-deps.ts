import type { BlockList } from 'node:net';
import type { Bus, FailureLimiter } from '@api-monitor/bus';
import type { RoutingPolicy, SettingValues } from '@api-monitor/core';
import type { Database } from '@api-monitor/db';
import type { Logger, Registry } from '@api-monitor/runtime';
import type { AdminPassword } from './auth/admin-password.ts';
import type { Credentials } from './auth/credentials.ts';
import type { GivenSecrets } from './auth/secrets.ts';
import type { Turns } from './auth/turns.ts';
import type { EventClients } from './events/event-clients.ts';
import type { BreakerTracker } from './routing/breaker-tracker.ts';
import type { FollowedSettings } from './settings/follow-settings.ts';
import type { StatusReports } from './status/status-reports.ts';
import type { ProgressTracker } from './targets/progress-tracker.ts';
import type { UploadReader } from './transfer/upload/upload-reader.ts';

/** How the gateway chooses; the api only explains. */
export interface RoutingOptions {
  policy: RoutingPolicy;
  areBareModelsOn: boolean;
}

/** Settings from the environment, under their names on the wire. */
export type GivenSettings = Omit<SettingValues, 'visitor_mode_enabled'>;

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
  metricsPublic: boolean;
  /** Metrics of whatever shares the api's process, in Prometheus' text format. */
  moreMetrics?: () => Promise<string>;
  /** Where the gateway listens in this process, once that is known; absent: it runs elsewhere. */
  listener?: () => Listener | null;
  /** What is in force unless an admin set otherwise. */
  givenSettings: GivenSettings;
  routing: RoutingOptions;
  /** The folder of the built dashboard. */
  webRoot: string;
  /** Unix seconds. */
  now: () => number;
}

/** What the api's routes are made of; `createApi` builds it once. */
export interface ApiDeps extends ApiSurroundings {
  credentials: Credentials;
  adminPassword: AdminPassword;
  badTokens: FailureLimiter;
  badLogins: FailureLimiter;
  badCodes: FailureLimiter;
  /** Passwords are hashed one at a time, since each takes 128 MiB; addresses take turns. */
  loginTurns: Turns;
  uploadReader: UploadReader;
  eventClients: EventClients;
  progress: ProgressTracker;
  breakers: BreakerTracker;
  statusReports: StatusReports;
  followedSettings: FollowedSettings;
}
