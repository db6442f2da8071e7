import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { resetAccess, resetHeading, showSecrets } from '@api-monitor/api';
import { openDatabase } from '@api-monitor/db';
import { EnvError, readEnv } from '@api-monitor/runtime';
import { databaseEnvShape, databaseOptionsOf, describeStartFault } from '@api-monitor/service';
import { z } from 'zod';

const usage = `Lets you into the admin panel again, of the database that DATA_DIR or DATABASE_URL names: makes a
new password, switches the second factor off and ends every session.`;

async function main(): Promise<void> {
  if (isHelpWanted()) return say(usage);
  const env = readEnv(z.object(databaseEnvShape), process.env);
  // Opened, a folder without a database would be given one.
  if (!env.DATABASE_URL && !existsSync(join(env.DATA_DIR, 'registry.db'))) {
    throw new EnvError(`DATA_DIR: ${env.DATA_DIR} holds no registry.db`);
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

function isHelpWanted(): boolean {
  try {
    return parseArgs({ options: { help: { type: 'boolean', default: false } } }).values.help;
  } catch (error) {
    throw new EnvError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  console.error(describeStartFault(error) ?? error);
  process.exit(1);
}
