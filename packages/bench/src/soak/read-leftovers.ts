import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@api-monitor/db';

/** What is in the data folder after the product has ended. */
export interface Leftovers {
  runs: { status: string; error: string | null; count: number }[];
  rows: number;
  /** Lines in the JSONL logs of the channels that still exist: one for each row, if none is lost. */
  loggedLines: number;
}

/** Reads the data folder of a product that has ended. */
export async function readLeftovers(dataDir: string, nowS: number): Promise<Leftovers> {
  const db = await openDatabase({ dataDir, now: () => nowS });
  try {
    const { fn } = db.kysely;
    const runs = await db.kysely
      .selectFrom('runs')
      .select(['status', 'error', fn.countAll<number>().as('count')])
      .groupBy(['status', 'error'])
      .execute();
    const rows = await db.kysely
      .selectFrom('run_models')
      .select(fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    const targets = await db.kysely.selectFrom('targets').select('id').execute();
    const loggedLines = await linesIn(
      join(dataDir, 'logs'),
      targets.map(({ id }) => `target_${id}_`),
    );
    return { runs, rows: rows.count, loggedLines };
  } finally {
    await db.close();
  }
}

async function linesIn(folder: string, prefixes: readonly string[]): Promise<number> {
  let lines = 0;
  for (const file of await readdir(folder)) {
    if (!prefixes.some((prefix) => file.startsWith(prefix))) continue;
    lines += (await readFile(join(folder, file), 'utf8')).split('\n').length - 1;
  }
  return lines;
}
