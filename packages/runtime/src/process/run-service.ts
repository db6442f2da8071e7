import type { z } from 'zod';
import { readEnv } from '../env/read-env.ts';
import type { serviceEnvShape } from '../env/service-env.ts';
import { createLogger } from '../reports/logger.ts';
import { describeStartFault } from './describe-start-fault.ts';
import { openService, type Service } from './open-service.ts';
import { leadGroup, leadsGroup } from './process-group.ts';
import { shutDownOnSignals } from './shutdown.ts';

interface Program<Schema extends z.ZodObject<typeof serviceEnvShape>> {
  /** As the log names it. */
  name: string;
  schema: Schema;
  env: Record<string, string | undefined>;
  /** How many processes are to do it, over one port; absent: this one. */
  processes?: (env: z.output<Schema>) => number;
  /** Builds the service, and says at the service's shutdown how it ends. */
  start: (service: Service, env: z.output<Schema>) => Promise<void>;
}

/**
 * Runs a service until a signal ends it. What keeps it from starting is told in a line or a few, and
 * ends the process with code 1.
 */
export async function runService<Schema extends z.ZodObject<typeof serviceEnvShape>>({
  name,
  schema,
  env: given,
  processes = () => 1,
  start,
}: Program<Schema>): Promise<void> {
  try {
    const env = readEnv(schema, given);
    const logger = createLogger({ name, level: env.LOG_LEVEL });
    const count = processes(env);
    if (leadsGroup(count)) {
      leadGroup(count, logger);
      return;
    }
    const service = await openService(env, logger);
    shutDownOnSignals(service.shutdown, logger);
    await start(service, env);
  } catch (error) {
    console.error(describeStartFault(error) ?? error);
    process.exit(1);
  }
}
