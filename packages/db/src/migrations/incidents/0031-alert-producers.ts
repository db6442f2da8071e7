import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import {
  createIndex,
  ensureTable,
  id,
  integer,
  planTable,
  required,
  seconds,
  text,
} from '../steps/column-plan.ts';

/**
 * What alerts are found from: how fast traffic was answered, and when certificates end. And the file that
 * code sets a destination from.
 */
export const alertProducers: Migration = {
  async up(db: Kysely<AnySchema>) {
    const existing = await listTables(db);
    const certificate = [seconds('certificate_ends_at'), seconds('certificate_read_at')];
    await ensureTable(db.schema, existing, 'targets', certificate);
    await ensureTable(db.schema, existing, 'destinations', [text('managed_by')]);
    await planTable(db.schema, 'first_token_totals', [
      ...[id, integer('period_s', required), integer('starts_at', required)],
      ...[integer('target_id', required), text('model', required), text('first_tokens', required)],
    ])
      .addUniqueConstraint('first_token_totals_by_model', [
        ...(['target_id', 'model', 'period_s', 'starts_at'] as const),
      ])
      .execute();
    await createIndex(db, 'first_token_totals_by_time', 'first_token_totals', [
      'period_s',
      'starts_at',
    ]);
  },
};
