import type { ProbeResult } from '@api-monitor/core';
import { sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { type Batches, deleteRows } from '../engine/delete-batches.ts';
import {
  addTotals,
  keyOfPeriod,
  periodTotalsCodec,
  probePeriods,
  sumByPeriod,
  type TotalsByPeriod,
} from './probe-totals.ts';

const key = ['target_id', 'period_s', 'model', 'starts_at'] as const;

/**
 * Adds probes to the sums of their periods. Belongs in the transaction that writes them, after it has
 * locked the target, so that nobody else adds to the same sums.
 */
export async function addProbeTotals(
  db: Database,
  input: { target_id: number; probes: readonly ProbeResult[]; nowS: number },
): Promise<void> {
  const sums: TotalsByPeriod = new Map();
  for (const probe of input.probes) sumByPeriod(sums, probe, input.nowS);
  if (sums.size === 0) return;
  await addKnown(db, input.target_id, sums);
  for (const chunk of chunksOf([...sums.values()])) {
    const { target_id } = input;
    const rows = chunk.map((one) => ({ target_id, ...periodTotalsCodec.toRow(one) }));
    await db.kysely
      .insertInto('probe_totals')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(key).doUpdateSet(excluded(periodTotalsCodec.columns, key)),
      )
      .execute();
  }
}

/** Adds what the database has counted so far to the new sums of the same periods. */
async function addKnown(db: Database, target_id: number, sums: TotalsByPeriod): Promise<void> {
  const models = new Set([...sums.values()].map((one) => one.model));
  const periods = Map.groupBy(sums.values(), (one) => one.period_s);
  for (const [period_s, ofPeriod] of periods) {
    const starts = [...new Set(ofPeriod.map((one) => one.starts_at))];
    for (const chunk of chunksOf([...models])) {
      const rows = await db.kysely
        .selectFrom('probe_totals')
        .select(periodTotalsCodec.columns)
        .where('target_id', '=', target_id)
        .where('period_s', '=', period_s)
        .where('model', 'in', chunk)
        .where('starts_at', 'in', starts)
        .execute();
      for (const row of rows) {
        const one = sums.get(keyOfPeriod(row));
        if (one) addTotals(one, periodTotalsCodec.fromRow(row));
      }
    }
  }
}

/** Deletes the sums that are too old to be kept; each length of period has its own limit. */
export async function pruneProbeTotals(
  db: Database,
  { nowS, ...batches }: Batches & { nowS: number },
): Promise<void> {
  for (const { lengthS, keptS } of Object.values(probePeriods)) {
    const isOld = sql`period_s = ${lengthS} and starts_at < ${Math.ceil(nowS - keptS)}`;
    await deleteRows(db, 'probe_totals', isOld, batches);
  }
}
