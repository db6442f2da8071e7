import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { probe, runOnce, targetInput } from '../../../test/samples.ts';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import { createTarget, pruneRuns } from '../../index.ts';

test('runs that no channel owns are removed with the old runs', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, [probe()]);
  const other = new Sqlite(join(dataDir, 'registry.db'));
  other.pragma('foreign_keys = OFF');
  other.exec('delete from targets');
  other.close();
  await pruneRuns(db, { before: 0, batchSize: 100 });
  for (const table of ['runs', 'run_models'] as const) {
    expect(await db.kysely.selectFrom(table).select('id').execute()).toEqual([]);
  }
});
