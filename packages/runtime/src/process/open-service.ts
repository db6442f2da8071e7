import { randomUUID } from 'node:crypto';
import { type Bus, createRedisBus } from '@api-monitor/bus';
import { type OpenedDatabase, openDatabase } from '@api-monitor/db';
import type { z } from 'zod';
import { databaseOptionsOf } from '../env/database-env.ts';
import type { serviceEnvShape } from '../env/service-env.ts';
import type { Logger } from '../reports/logger.ts';
import { createMetricsRegistry, type Registry } from '../reports/metrics.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';

export type ServiceEnv = z.output<z.ZodObject<typeof serviceEnvShape>>;

/** What every service is made of. Whoever opened it closes it, by its shutdown. */
export interface Service {
  db: OpenedDatabase;
  bus: Bus;
  logger: Logger;
  metrics: Registry;
  shutdown: Shutdown;
  /** Unix seconds. */
  now: () => number;
}

/** Beyond what a step may take by its own bound. */
const slackMs = 5_000;

/**
 * Opens the database, connects the bus in the background, and says how all of it is closed. Rejects
 * where the database can't be had; a Redis that is away is waited for by whoever needs it.
 */
export async function openService(env: ServiceEnv, logger: Logger): Promise<Service> {
  const now = () => Date.now() / 1000;
  const stepTimeoutMs = (env.DRAIN_DELAY_S + env.DRAIN_TIMEOUT_S) * 1000 + slackMs;
  const shutdown = createShutdown(logger, stepTimeoutMs);
  // Services share a data folder, but not with an embedded monitor. On Postgres they keep nothing in it.
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
