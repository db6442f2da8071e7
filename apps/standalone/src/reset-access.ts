import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resetAccess, resetHeading, showSecrets } from '@api-monitor/api';
import { databaseFileName, openDatabase } from '@api-monitor/db';
import { EnvError, readEnv } from '@api-monitor/runtime';
import { databaseEnvShape, databaseOptionsOf } from '@api-monitor/service';
import { z } from 'zod';
import { runCommand, say } from './run-command.ts';

const usage = `Lets you into the admin panel again, of the database that DATA_DIR or DATABASE_URL names: makes a
new password, switches the second factor off and ends every session.`;

async function reset(): Promise<void> {
  const env = readEnv(z.object(databaseEnvShape), process.env);
  // Opened, a folder without a database would be given one.
  if (!env.DATABASE_URL && !existsSync(join(env.DATA_DIR, databaseFileName))) {
    throw new EnvError(`DATA_DIR: ${env.DATA_DIR} holds no ${databaseFileName}`);
  }
  const now = () => Date.now() / 1000;
  const db = await openDatabase({ ...databaseOptionsOf(env), now });
  try {
    say(showSecrets(resetHeading, [await resetAccess(db, now())]));
  } finally {
    await db.close();
  }
  say('The second factor is off, and every session has ended.');
}

await runCommand({ usage, flags: [], work: reset });
