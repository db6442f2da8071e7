import type { BlockList } from 'node:net';
import type { Bus } from '@api-monitor/bus';
import type { Database } from '@api-monitor/db';
import type { Logger, Registry } from '@api-monitor/runtime';
import type { RoutingOptions } from './api-deps.ts';
import { createCredentials } from './auth/credentials.ts';
import { createFailureLimiter } from './auth/failure-limiter.ts';
import { type GivenSecrets, readTokens } from './auth/first-start.ts';
import { createRoutes } from './create-routes.ts';
import { createEventClients } from './events/event-clients.ts';
import { registerApiMetrics } from './monitor/api-metrics.ts';
import { createBreakerBoard } from './routing/breaker-board.ts';
import { createStatusBoard } from './status/status-board.ts';
import { createProgressBoard } from './targets/progress-board.ts';

export interface ApiOptions {
  db: Database;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  secrets: GivenSecrets;
  trustedProxies: BlockList;
  metricsPublic: boolean;
  defaultIntervalMin: number;
  routing: RoutingOptions;
  /** The folder of the built dashboard. */
  webRoot: string;
  /** Unix seconds. */
  now: () => number;
}

export interface Api {
  app: ReturnType<typeof createRoutes>;
  /** Ends every event stream. */
  close(): void;
}

const heartbeatMs = 30_000;
const eventClientLimits = { total: 2000, perAddress: 100 };
const badTokenLimits = { failures: 30, windowS: 60, blockS: 600 };

/** Builds the api over an open database and a bus; whoever builds it closes it. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { db, bus, secrets, logger, metrics } = options;
  const credentials = createCredentials(await readTokens(db, secrets));
  const progress = createProgressBoard();
  const breakers = createBreakerBoard(options.now);
  const eventClients = createEventClients({
    events: bus.events,
    heartbeatMs,
    limits: eventClientLimits,
  });
  const unsubscribe = bus.events.subscribe(({ event }) => {
    progress.take(event);
    breakers.take(event);
    if (event.type !== 'settings_changed') return;
    readTokens(db, secrets).then(credentials.replace, (err) =>
      logger.error({ err }, 'settings could not be read again'),
    );
  });
  registerApiMetrics(metrics, bus, eventClients);
  const badTokens = createFailureLimiter(badTokenLimits, options.now);
  const statusBoard = createStatusBoard(db, options.now);
  const boards = { eventClients, progress, breakers, statusBoard };
  return {
    app: createRoutes({ ...options, credentials, badTokens, ...boards }),
    close() {
      unsubscribe();
      eventClients.close();
    },
  };
}
