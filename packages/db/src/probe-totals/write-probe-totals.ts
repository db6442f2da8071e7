import { isCheck, type ProbeResult, type WatchedTime, watchedBy } from '@api-monitor/core';
import { sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { type Batches, deleteRows } from '../engine/delete-batches.ts';
import { lockTargets } from '../engine/locks.ts';
import { getTarget } from '../targets/targets.ts';
import { outsideMaintenance } from './outside-maintenance.ts';
import {
  addStored,
  keyOfPeriod,
  periodTotalsCodec,
  probePeriods,
  sumByPeriod,
  sumCost,
  sumWatched,
  type TotalsByPeriod,
} from './probe-totals.ts';

const key = ['target_id', 'period_s', 'model', 'starts_at'] as const;

/** When a model was last checked, and the time between two checks. */
export interface Watched {
  watchedUntil: number | null;
  intervalS: number;
}

export interface AddProbeTotalsInput {
  target_id: number;
  probes: readonly ProbeResult[];
  /** When the previous check of each model was, and how often it is asked; absent: it has none. */
  watched: ReadonlyMap<string, Watched>;
  /** Of the target, for the models that have none. */
  intervalS: number;
  nowS: number;
}

/**
 * Adds the probes of a run to the sums of their periods. Belongs in the transaction that writes them, after
 * it has locked the target, so that nobody else adds to the same sums.
 */
export async function addProbeTotals(db: Database, input: AddProbeTotalsInput): Promise<void> {
  const { target_id, probes, intervalS, nowS } = input;
  const sums: TotalsByPeriod = new Map();
  const watched = new Map(input.watched);
  const counted = await outsideMaintenance(db, target_id);
  for (const probe of probes) {
    sumCost(sums, probe, nowS);
    if (!isCheck(probe)) continue;
    sumByPeriod(sums, probe, nowS);
    const before = watched.get(probe.model) ?? { watchedUntil: null, intervalS };
    for (const time of counted(watchedBy(probe, before), probe.model)) {
      sumWatched(sums, probe, time, nowS);
    }
    watched.set(probe.model, { ...before, watchedUntil: probe.timestamp });
  }
  await addSums(db, target_id, sums);
}

/** Adds what a recheck cost; it isn't counted as a check. Belongs in its transaction, likewise. */
export async function addProbeCost(
  db: Database,
  { target_id, probe, nowS }: { target_id: number; probe: ProbeResult; nowS: number },
): Promise<void> {
  const sums: TotalsByPeriod = new Map();
  sumCost(sums, probe, nowS);
  await addSums(db, target_id, sums);
}

/** Adds an outage that is over, and that no check of a run met. Belongs in the transaction that notices it. */
export async function addOutage(
  db: Database,
  {
    target_id,
    nowS,
    ...probe
  }: Pick<ProbeResult, 'model' | 'protocol'> & {
    target_id: number;
    nowS: number;
  },
  times: readonly WatchedTime[],
): Promise<void> {
  const sums: TotalsByPeriod = new Map();
  const counted = await outsideMaintenance(db, target_id);
  for (const time of times.flatMap((one) => counted(one, probe.model))) {
    sumWatched(sums, { ...probe, timestamp: time[1] }, time, nowS);
  }
  await addSums(db, target_id, sums);
}

/** Adds what probes cost of which no row is written, because they were given up midway. */
export async function recordLostProbes(
  db: Database,
  input: { target_id: number; probes: readonly ProbeResult[]; nowS: number },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { target_id, probes, nowS } = input;
    await lockTargets(tx.kysely, [target_id]);
    if (!(await getTarget(tx, target_id))) return;
    const sums: TotalsByPeriod = new Map();
    for (const probe of probes) sumCost(sums, probe, nowS);
    await addSums(tx, target_id, sums);
  });
}

async function addSums(db: Database, target_id: number, sums: TotalsByPeriod): Promise<void> {
  if (sums.size === 0) return;
  await addKnown(db, target_id, sums);
  for (const chunk of chunksOf([...sums.values()])) {
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
        if (one) addStored(one, periodTotalsCodec.fromRow(row));
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
