import type { BlockList } from 'node:net';
import type { Bus, FailureLimiter } from '@api-monitor/bus';
import type { RoutingPolicy } from '@api-monitor/core';
import type { Database } from '@api-monitor/db';
import type { Logger, Registry } from '@api-monitor/runtime';
import type { AdminPassword } from './auth/admin-password.ts';
import type { Credentials } from './auth/credentials.ts';
import type { GivenSecrets } from './auth/first-start.ts';
import type { Turns } from './auth/turns.ts';
import type { EventClients } from './events/event-clients.ts';
import type { BreakerBoard } from './routing/breaker-board.ts';
import type { FollowedSettings } from './settings/follow-settings.ts';
import type { StatusBoard } from './status/status-board.ts';
import type { Listener } from './targets/own-address.ts';
import type { ProgressBoard } from './targets/progress-board.ts';
import type { Places } from './transfer/places.ts';
import type { UploadReader } from './transfer/upload/upload-reader.ts';

/** How the gateway is told to choose; the api only explains. */
export interface RoutingOptions {
  policy: RoutingPolicy;
  areBareModelsOn: boolean;
}

/** Settings as the environment has them, under the names that they have on the wire. */
export interface GivenSettings {
  /** Of targets made without one. */
  default_interval_min: number;
  log_cleanup_enabled: boolean;
  log_max_size_mb: number;
}

/** What the api's routes are made of; `createApi` builds it once. */
export interface ApiDeps {
  db: Database;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  credentials: Credentials;
  /** What the environment says of tokens and the password. */
  secrets: GivenSecrets;
  adminPassword: AdminPassword;
  badTokens: FailureLimiter;
  badLogins: FailureLimiter;
  badCodes: FailureLimiter;
  /** Passwords are hashed one at a time, since each takes 128 MiB; addresses take turns. */
  loginTurns: Turns;
  uploadReader: UploadReader;
  /** For imports under way, from the first byte of the file to the last that is written. */
  importPlaces: Places;
  eventClients: EventClients;
  progress: ProgressBoard;
  breakers: BreakerBoard;
  statusBoard: StatusBoard;
  routing: RoutingOptions;
  trustedProxies: BlockList;
  metricsPublic: boolean;
  moreMetrics?: () => Promise<string>;
  /** Where the gateway listens in this process, once that is known; absent: it runs elsewhere. */
  listener?: () => Listener | null;
  /** What holds unless an admin set otherwise. */
  givenSettings: GivenSettings;
  followedSettings: FollowedSettings;
  /** The built dashboard. */
  webRoot: string;
  /** Unix seconds. */
  now: () => number;
}
