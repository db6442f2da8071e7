import type { ProbeResult } from '@api-monitor/core';
import type { Insertable } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import type { Schema } from '../schema.ts';
import { addTotals, probeTotalsOf } from './probe-totals.ts';
import {
  keyOfPeriod,
  type PeriodTotals,
  sumByPeriod,
  type TotalsByPeriod,
} from './sum-by-period.ts';

export interface AddProbeTotalsInput {
  target_id: number;
  probes: readonly ProbeResult[];
  nowS: number;
}

/**
 * Adds probes to the sums of their periods. Belongs into the transaction that writes them, after it
 * has written the target's row: that holds off others who would add to the same sums.
 */
export async function addProbeTotals(db: Database, input: AddProbeTotalsInput): Promise<void> {
  const sums: TotalsByPeriod = new Map();
  for (const probe of input.probes) sumByPeriod(sums, probe, input.nowS);
  if (sums.size === 0) return;
  await addKnown(db, input.target_id, sums);
  for (const chunk of chunksOf([...sums.values()])) {
    await upsert(
      db,
      chunk.map((one) => totalsRow(input.target_id, one)),
    );
  }
}

/** A row of `probe_totals` as it is written. */
export function totalsRow(
  target_id: number,
  { totals, ...period }: PeriodTotals,
): Insertable<Schema['probe_totals']> {
  return {
    ...period,
    target_id,
    probes: totals.probes,
    successes: totals.successes,
    durations: JSON.stringify(totals.durations),
    first_tokens: JSON.stringify(totals.first_tokens),
    errors: JSON.stringify(totals.errors),
  };
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
        .selectAll()
        .where('target_id', '=', target_id)
        .where('period_s', '=', period_s)
        .where('model', 'in', chunk)
        .where('starts_at', 'in', starts)
        .execute();
      for (const row of rows) {
        const one = sums.get(keyOfPeriod(row));
        if (one) addTotals(one.totals, probeTotalsOf(row));
      }
    }
  }
}

async function upsert(
  db: Database,
  rows: readonly Insertable<Schema['probe_totals']>[],
): Promise<void> {
  await db.kysely
    .insertInto('probe_totals')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['target_id', 'period_s', 'model', 'starts_at']).doUpdateSet((update) => ({
        protocol: update.ref('excluded.protocol'),
        probes: update.ref('excluded.probes'),
        successes: update.ref('excluded.successes'),
        durations: update.ref('excluded.durations'),
        first_tokens: update.ref('excluded.first_tokens'),
        errors: update.ref('excluded.errors'),
      })),
    )
    .execute();
}
