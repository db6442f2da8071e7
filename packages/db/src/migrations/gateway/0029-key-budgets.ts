import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import {
  createIndex,
  defaultsTo,
  ensureTable,
  integer,
  decimal as money,
  text,
} from '../steps/column-plan.ts';

/** What keys may use, and what they had used before their oldest totals, which are deleted some day. */
export const keyBudgets: Migration = {
  async up(db: Kysely<AnySchema>) {
    await ensureTable(db.schema, await listTables(db), 'proxy_keys', [
      ...[money('cost_per_day'), money('cost_per_month'), money('cost_total')],
      ...[integer('requests_per_day'), integer('requests_per_month'), integer('requests_total')],
      ...[integer('tokens_per_day'), integer('tokens_per_month'), integer('tokens_total')],
      text('budget_time_zone', defaultsTo('UTC')),
      integer('budget_alert_percent'),
      money('max_price'),
      integer('allow_unpriced', defaultsTo(0)),
      money('pruned_cost', defaultsTo(0)),
      integer('pruned_requests', defaultsTo(0)),
      integer('pruned_tokens', defaultsTo(0)),
    ]);
    // The totals' key begins with the hour, so a key's own would be looked for among all.
    await createIndex(db, 'proxy_totals_by_key', 'proxy_totals', ['key_id', 'hour']);
  },
};
