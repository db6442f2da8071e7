import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { decimal, defaultsTo, ensureTable, integer, text } from '../steps/column-plan.ts';

/** What a channel charges, and how its balance and usage are learnt. */
export const targetMoney: Migration = {
  async up(db: Kysely<AnySchema>) {
    const columns = [
      decimal('price_multiplier', defaultsTo(1)),
      decimal('unit_cost', defaultsTo(1)),
      text('prices', defaultsTo('[]')),
      integer('balance_interval_min', defaultsTo(30)),
      integer('ask_usage', defaultsTo(0)),
    ];
    await ensureTable(db.schema, await listTables(db), 'targets', columns);
  },
};
