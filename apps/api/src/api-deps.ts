import type { BlockList } from 'node:net';
import type { Bus } from '@api-monitor/bus';
import type { RoutingPolicy } from '@api-monitor/core';
import type { Database } from '@api-monitor/db';
import type { Logger, Registry } from '@api-monitor/runtime';
import type { Credentials } from './auth/credentials.ts';
import type { FailureLimiter } from './auth/failure-limiter.ts';
import type { EventClients } from './events/event-clients.ts';
import type { BreakerBoard } from './routing/breaker-board.ts';
import type { StatusBoard } from './status/status-board.ts';
import type { ProgressBoard } from './targets/progress-board.ts';

/** How the gateway is told to choose; the api only explains. */
export interface RoutingOptions {
  policy: RoutingPolicy;
  areBareModelsOn: boolean;
}

/** What the api's routes are made of; `createApi` builds it once. */
export interface ApiDeps {
  db: Database;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  credentials: Credentials;
  badTokens: FailureLimiter;
  eventClients: EventClients;
  progress: ProgressBoard;
  breakers: BreakerBoard;
  statusBoard: StatusBoard;
  routing: RoutingOptions;
  trustedProxies: BlockList;
  metricsPublic: boolean;
  /** Of targets made without one, unless a setting says otherwise. */
  defaultIntervalMin: number;
  /** The built dashboard. */
  webRoot: string;
  /** Unix seconds. */
  now: () => number;
}
