import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from '../steps/any-schema.ts';
import {
  createIndex,
  defaultsTo,
  id,
  integer,
  owned,
  planTable,
  required,
  seconds,
  text,
} from '../steps/column-plan.ts';

/** What is left on the channels' accounts: what is known now, and the history of each key. */
export const balances: Migration = {
  async up(db: Kysely<AnySchema>) {
    await planTable(db.schema, 'channel_balances', [
      integer('target_id', (column) =>
        column.primaryKey().references('targets.id').onDelete('cascade'),
      ),
      ...[seconds('due_at', required), seconds('asked_at')],
      ...[text('source'), text('fault'), text('message'), integer('failures', defaultsTo(0))],
      ...[text('keys', required), text('multipliers', required), seconds('multipliers_at')],
      seconds('books_since'),
    ]).execute();
    await planTable(db.schema, 'balances', [
      ...[id, integer('target_id', owned('targets.id')), text('key', required)],
      ...[seconds('at', required), text('source', required), text('unit', required)],
      ...['amount', 'used'].map((name) => ({ name, type: 'double precision' as const })),
    ]).execute();
    await createIndex(db, 'balances_by_time', 'balances', ['target_id', 'at']);
    await createIndex(db, 'balances_by_age', 'balances', ['at']);
  },
};
