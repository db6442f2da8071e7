import { type CopiedTable, copyToPostgres } from '@api-monitor/db';
import { databaseEnvShape, EnvError, readEnv } from '@api-monitor/runtime';
import { z } from 'zod';
import { runCommand, say } from './run-command.ts';

const usage = `Copies the SQLite database of DATA_DIR into the empty Postgres of DATABASE_URL.
  --replace   delete first what is in that Postgres`;

/** Copies the database, table by table, and says what to do next. */
async function copyDatabase({ replace }: { replace: boolean }): Promise<void> {
  const env = readEnv(z.object(databaseEnvShape), process.env);
  if (!env.DATABASE_URL) throw new EnvError('DATABASE_URL: must name the Postgres to copy into');
  say(`From ${env.DATA_DIR}, table by table:`);
  let rows = 0;
  const { isSourceInUse } = await copyToPostgres({
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    encryptionKey: env.ENCRYPTION_KEY,
    replace,
    now: () => Date.now() / 1000,
    onTable: (copied) => {
      rows += copied.copied;
      say(describe(copied));
    },
  });
  const key = env.ENCRYPTION_KEY ? 'ENCRYPTION_KEY' : 'the encryption.key in DATA_DIR';
  say(`Copied ${format(rows)} rows, counted on both sides. DATA_DIR was not changed.`);
  say(`The secrets stay encrypted: every host that uses this Postgres needs ${key}.`);
  if (isSourceInUse)
    say('A monitor seems to use DATA_DIR. What it has written meanwhile was not copied.');
}

function describe({ table, source, copied, ownerless }: CopiedTable): string {
  const counts = `  ${table.padEnd(18)} ${format(source)} in SQLite, ${format(copied)} in Postgres`;
  return ownerless === 0
    ? counts
    : `${counts} (${format(ownerless)} not copied, because what they belonged to was deleted)`;
}

function format(count: number): string {
  return count.toLocaleString('en');
}

await runCommand({ usage, flags: ['replace'], work: copyDatabase });
