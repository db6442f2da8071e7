import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTotals } from './0003-proxy-totals.ts';
import type { AnySchema } from './steps/any-schema.ts';

/**
 * Totals by outcome, so that they can be narrowed down like the list. They are summed again, because
 * requests and totals are kept equally long.
 */
export const totalsByOutcome: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema.dropTable('proxy_totals').execute();
    await createTotals(db, true);
  },
};
