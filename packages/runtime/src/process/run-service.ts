import { randomUUID } from 'node:crypto';
import { type Bus, createRedisBus } from '@api-monitor/bus';
import { type OpenedDatabase, openDatabase } from '@api-monitor/db';
import type { z } from 'zod';
import { readEnv } from '../env/read-env.ts';
import { databaseOptionsOf, type ServiceEnv, type ServiceEnvSchema } from '../env/service-env.ts';
import { createLogger, type Logger } from '../reports/logger.ts';
import { createMetricsRegistry, type Registry } from '../reports/metrics.ts';
import { version } from '../version.ts';
import { collectWhenQuiet } from './collect-when-quiet.ts';
import { describeStartFault } from './describe-start-fault.ts';
import { leadGroup } from './process-group.ts';
import { createShutdown, type Shutdown, shutDownOnSignals } from './shutdown.ts';

/** What every service works with. `shutdown` closes it. */
export interface Service {
  db: OpenedDatabase;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  shutdown: Shutdown;
  /** Unix seconds. */
  now: () => number;
}

interface Program<Schema extends ServiceEnvSchema> {
  /** The service's name in the log. */
  name: string;
  schema: Schema;
  env: Record<string, string | undefined>;
  /** How many processes share the port; one by default. */
  processes?: (env: z.output<Schema>) => number;
  /** Builds the service and registers how it is shut down. */
  start: (service: Service, env: z.output<Schema>) => Promise<void>;
}

/** Added to the limits that a step of the shutdown has itself. */
const slackMs = 5_000;

/**
 * Runs a service until a signal ends it. If it can't start, it prints why in a line or a few and ends the
 * process with code 1.
 */
export async function runService<Schema extends ServiceEnvSchema>({
  name,
  schema,
  env: given,
  processes = () => 1,
  start,
}: Program<Schema>): Promise<void> {
  try {
    const env = readEnv(schema, given);
    const logger = createLogger({ name, level: env.LOG_LEVEL });
    logger.info({ version }, 'starting');
    if (leadGroup(processes(env), logger)) return;
    const service = await openService(env, logger);
    shutDownOnSignals(service.shutdown, logger);
    await start(service, env);
    collectWhenQuiet();
  } catch (error) {
    console.error(describeStartFault(error) ?? error);
    process.exit(1);
  }
}

/** Opens the database, or rejects; connects to Redis in the background. */
async function openService(env: ServiceEnv, logger: Logger): Promise<Service> {
  const now = () => Date.now() / 1000;
  const stepTimeoutMs = (env.DRAIN_DELAY_S + env.DRAIN_TIMEOUT_S) * 1000 + slackMs;
  const shutdown = createShutdown(logger, stepTimeoutMs);
  // Services share a data folder, but not with an embedded monitor. With Postgres they keep nothing in it.
  const use = env.DATABASE_URL ? undefined : 'shared';
  const db = await openDatabase({ ...databaseOptionsOf(env), use, now });
  shutdown.onClose('database', () => db.close());
  const bus = createRedisBus({
    redisUrl: env.REDIS_URL,
    nowMs: Date.now,
    newJobId: randomUUID,
    onFault: (err, where) => logger.error({ err, where }, 'fault'),
  });
  shutdown.onClose('bus', () => bus.close());
  return { db, bus, logger, metrics: createMetricsRegistry(), shutdown, now };
}
