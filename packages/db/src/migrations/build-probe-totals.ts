import type { ProbeResult } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Bit } from '../engine/columns.ts';
import { probePeriods, sumByPeriod, type TotalsByPeriod } from '../probe-totals/probe-totals.ts';
import type { AnySchema } from './any-schema.ts';

const longestKeptS = Math.max(...Object.values(probePeriods).map(({ keptS }) => keptS));

/** Sums the stored probes, channel by channel, in the same way as later ones. */
export async function buildProbeTotals(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  const targets = await db.selectFrom('targets').select('id').$castTo<{ id: number }>().execute();
  for (const { id: target_id } of targets) {
    const sums = await sumTarget(db, target_id, nowS);
    for (const chunk of chunksOf([...sums.values()])) {
      const rows = chunk.map((one) => ({
        target_id,
        period_s: one.period_s,
        starts_at: one.starts_at,
        model: one.model,
        protocol: one.protocol,
        probes: one.probes,
        successes: one.successes,
        durations: JSON.stringify(one.durations),
        first_tokens: JSON.stringify(one.first_tokens),
        errors: JSON.stringify(one.errors),
      }));
      await db.insertInto('probe_totals').values(rows).execute();
    }
  }
}

async function sumTarget(
  db: Kysely<AnySchema>,
  targetId: number,
  nowS: number,
): Promise<TotalsByPeriod> {
  const sums: TotalsByPeriod = new Map();
  const runs = await db
    .selectFrom('runs')
    .select('id')
    .where('target_id', '=', targetId)
    .where('started_at', '>=', nowS - longestKeptS)
    .$castTo<{ id: number }>()
    .execute();
  // Run by run: there is an index for that, and no run is larger than a channel's list of models.
  for (const { id } of runs) {
    for (const row of await readProbes(db, id)) {
      sumByPeriod(sums, { ...row, success: row.success === 1 }, nowS);
    }
  }
  return sums;
}

const columns = [
  'model',
  'protocol',
  'timestamp',
  'success',
  'duration',
  'first_token_s',
  'error_kind',
] as const;

function readProbes(db: Kysely<AnySchema>, runId: number) {
  return db
    .selectFrom('run_models')
    .select(columns)
    .where('run_id', '=', runId)
    .$castTo<Omit<Pick<ProbeResult, (typeof columns)[number]>, 'success'> & { success: Bit }>()
    .execute();
}
