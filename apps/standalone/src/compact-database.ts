import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { compactDatabase, databaseFileName } from '@api-monitor/db';
import { databaseEnvShape, EnvError, readEnv } from '@api-monitor/runtime';
import { z } from 'zod';
import { runCommand, say } from './run-command.ts';

const usage = `Rewrites the SQLite database of DATA_DIR without its free pages, and makes it give the pages of
deleted rows back to the disk from then on. The monitor must be stopped; a gigabyte takes about ten seconds
and, for a moment, as much free disk again.`;

async function compact(): Promise<void> {
  const { DATA_DIR, DATABASE_URL } = readEnv(z.object(databaseEnvShape), process.env);
  if (DATABASE_URL) throw new EnvError('DATABASE_URL: a Postgres does this itself (autovacuum)');
  const file = resolve(DATA_DIR, databaseFileName);
  if (!existsSync(file)) throw new EnvError(`DATA_DIR: ${resolve(DATA_DIR)} has no database`);
  const before = statSync(file).size;
  await compactDatabase(DATA_DIR);
  say(`${megabytes(before)} before, ${megabytes(statSync(file).size)} now.`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

await runCommand({ usage, flags: [], work: compact });
