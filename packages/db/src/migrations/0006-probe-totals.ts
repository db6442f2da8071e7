import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { idColumn } from '../engine/dialect.ts';
import type { AnySchema } from './any-schema.ts';
import { buildProbeTotals } from './build-probe-totals.ts';

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
  await db.schema
    .createTable('probe_totals')
    .addColumn('id', 'integer', idColumn)
    .addColumn('target_id', 'integer', (column) =>
      column.notNull().references('targets.id').onDelete('cascade'),
    )
    .addColumn('period_s', 'integer', (column) => column.notNull())
    .addColumn('starts_at', 'integer', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('probes', 'integer', (column) => column.notNull())
    .addColumn('successes', 'integer', (column) => column.notNull())
    .addColumn('durations', 'text', (column) => column.notNull())
    .addColumn('first_tokens', 'text', (column) => column.notNull())
    .addColumn('errors', 'text', (column) => column.notNull())
    .execute();
}

/** For reading a channel model by model, for reading a model over its channels, and for deleting by time. */
async function createIndexes(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createIndex('probe_totals_by_target')
    .unique()
    .on('probe_totals')
    .columns(['target_id', 'period_s', 'model', 'starts_at'])
    .execute();
  await db.schema
    .createIndex('probe_totals_by_model')
    .on('probe_totals')
    .columns(['model', 'period_s', 'starts_at'])
    .execute();
  await db.schema
    .createIndex('probe_totals_by_time')
    .on('probe_totals')
    .columns(['period_s', 'starts_at'])
    .execute();
}
