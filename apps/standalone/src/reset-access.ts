import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { resetAccess, resetHeading, showSecrets } from '@api-monitor/api';
import { databaseFileName, openDatabase } from '@api-monitor/db';
import { databaseEnvShape, databaseOptionsOf, EnvError, readEnv } from '@api-monitor/runtime';
import { z } from 'zod';
import { runCommand, say } from './run-command.ts';

const example = 'DATA_DIR=/path/to/data npm run admin:reset';
const usage = `Lets you into the admin panel again: makes a new password, switches the second factor off and ends
every session. The monitor may be running. Name its database in the environment or in .env, with the
same DATA_DIR (default: data) or DATABASE_URL that the monitor is started with:
  ${example}`;

async function reset(): Promise<void> {
  const env = readEnv(z.object(databaseEnvShape), process.env);
  const file = resolve(env.DATA_DIR, databaseFileName);
  // Opening a folder without a database would create one.
  if (!env.DATABASE_URL && !existsSync(file)) {
    const fault = `DATA_DIR: ${dirname(file)} holds no ${databaseFileName}`;
    throw new EnvError(`${fault}; name the folder that the monitor runs with, as in\n  ${example}`);
  }
  const now = () => Date.now() / 1000;
  const db = await openDatabase({ ...databaseOptionsOf(env), now });
  try {
    say(showSecrets(resetHeading, [await resetAccess(db, now())]));
  } finally {
    await db.close();
  }
  say(`Database: ${env.DATABASE_URL ? 'the Postgres of DATABASE_URL' : file}`);
  say('The second factor is off, and every session has ended.');
  say('Addresses that were blocked after failed logins may try again within 5 seconds.');
}

await runCommand({ usage, flags: [], work: reset });
