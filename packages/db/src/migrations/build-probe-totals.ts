import type { Kysely } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { totalsRow } from '../probe-totals/add-probe-totals.ts';
import { probePeriods } from '../probe-totals/probe-periods.ts';
import { sumByPeriod, type TotalsByPeriod } from '../probe-totals/sum-by-period.ts';
import type { Schema } from '../schema.ts';

const longestKeptS = Math.max(...Object.values(probePeriods).map(({ keptS }) => keptS));

/** Sums up the probes that are kept, channel by channel, as later ones will be. */
export async function buildProbeTotals(db: Kysely<Schema>, nowS: number): Promise<void> {
  const targets = await db.selectFrom('targets').select('id').execute();
  for (const { id } of targets) {
    const sums = await sumTarget(db, id, nowS);
    for (const chunk of chunksOf([...sums.values()])) {
      const rows = chunk.map((one) => totalsRow(id, one));
      await db.insertInto('probe_totals').values(rows).execute();
    }
  }
}

async function sumTarget(
  db: Kysely<Schema>,
  targetId: number,
  nowS: number,
): Promise<TotalsByPeriod> {
  const sums: TotalsByPeriod = new Map();
  const runs = await db
    .selectFrom('runs')
    .select('id')
    .where('target_id', '=', targetId)
    .where('started_at', '>=', nowS - longestKeptS)
    .execute();
  // Run by run: there is an index for that, and no run is larger than a channel's list of models.
  for (const { id } of runs) {
    for (const row of await readProbes(db, id)) {
      sumByPeriod(sums, { ...row, success: row.success === 1 }, nowS);
    }
  }
  return sums;
}

function readProbes(db: Kysely<Schema>, runId: number) {
  return db
    .selectFrom('run_models')
    .select([
      'model',
      'protocol',
      'timestamp',
      'success',
      'duration',
      'first_token_s',
      'error_kind',
    ])
    .where('run_id', '=', runId)
    .execute();
}
