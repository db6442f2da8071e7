import {
  faultOfDatabaseUrl,
  faultOfEncryptionKey,
  type OpenDatabaseOptions,
} from '@api-monitor/db';
import { z } from 'zod';
import { envInt } from './read-env.ts';

/** Where the database is and what opens its secrets. */
export const databaseEnvShape = {
  DATA_DIR: z.string().default('data'),
  DATABASE_URL: textWithout(faultOfDatabaseUrl).optional(),
  DATABASE_POOL_SIZE: envInt({ min: 1, max: 500, default: 10 }),
  ENCRYPTION_KEY: textWithout(faultOfEncryptionKey).optional(),
};

type DatabaseEnv = z.output<z.ZodObject<typeof databaseEnvShape>>;

/** What `openDatabase` makes of the variables; the clock is the caller's. */
export function databaseOptionsOf(env: DatabaseEnv): Omit<OpenDatabaseOptions, 'now'> {
  return {
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    poolSize: env.DATABASE_POOL_SIZE,
    encryptionKey: env.ENCRYPTION_KEY,
  };
}

// They hold secrets: a fault quotes no part of them.
function textWithout(faultOf: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = faultOf(text);
    if (message) context.addIssue({ code: 'custom', message });
  });
}
