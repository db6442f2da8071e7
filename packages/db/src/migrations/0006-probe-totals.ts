import type { ProbeResult } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Bit } from '../engine/columns.ts';
import { probePeriods, sumByPeriod, type TotalsByPeriod } from '../probe-totals/probe-totals.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { createIndex, id, integer, owned, planTable, required, text } from './steps/column-plan.ts';

const longestKeptS = Math.max(...Object.values(probePeriods).map(({ keptS }) => keptS));

/** Sums of probes by period, so that a view of 90 days never reads the probes themselves. */
export function probeTotals(nowS: number): Migration {
  return {
    async up(db: Kysely<AnySchema>) {
      await createTable(db);
      await buildProbeTotals(db, nowS);
      await createIndexes(db);
    },
  };
}

async function createTable(db: Kysely<AnySchema>): Promise<void> {
  const columns = [
    id,
    integer('target_id', owned('targets.id')),
    integer('period_s', required),
    integer('starts_at', required),
    text('model', required),
    text('protocol', required),
    integer('probes', required),
    integer('successes', required),
    text('durations', required),
    text('first_tokens', required),
    text('errors', required),
  ];
  await planTable(db.schema, 'probe_totals', columns).execute();
}

/** For reading a channel model by model, for reading a model over its channels, and for deleting by time. */
async function createIndexes(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createIndex('probe_totals_by_target')
    .unique()
    .on('probe_totals')
    .columns(['target_id', 'period_s', 'model', 'starts_at'])
    .execute();
  await createIndex(db, 'probe_totals_by_model', 'probe_totals', [
    'model',
    'period_s',
    'starts_at',
  ]);
  await createIndex(db, 'probe_totals_by_time', 'probe_totals', ['period_s', 'starts_at']);
}

/** Sums the stored probes, channel by channel, in the same way as later ones. */
async function buildProbeTotals(db: Kysely<AnySchema>, nowS: number): Promise<void> {
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
