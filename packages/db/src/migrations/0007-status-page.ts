import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { idColumn } from '../engine/dialect.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { createIndex } from './steps/column-plan.ts';

/** The lines of the public status page, and indexes of a channel's runs and a model's probes by time. */
export const statusPage: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema
      .createTable('status_items')
      .addColumn('id', 'integer', idColumn)
      .addColumn('slug', 'text', (column) => column.notNull().unique())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('target_id', 'integer', (column) =>
        column.references('targets.id').onDelete('cascade'),
      )
      .addColumn('model', 'text')
      .addColumn('sort_order', 'integer', (column) => column.notNull())
      .execute();
    await createIndex(db, 'runs_by_time', 'runs', ['target_id', 'started_at']);
    await createIndex(db, 'run_models_by_model', 'run_models', ['target_id', 'model', 'timestamp']);
  },
};
