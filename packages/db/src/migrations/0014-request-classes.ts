import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../engine/dialect.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { type ColumnPlan, defaultsTo, ensureTable, integer, text } from './steps/column-plan.ts';

/** null in requests from before: nobody read these parts of their reports. */
const requestAdditions: readonly ColumnPlan[] = [
  integer('cached_input_tokens'),
  integer('cache_write_tokens'),
  integer('reasoning_tokens'),
  integer('counted_tokens'),
  text('refused_for'),
];

const sum = (name: string): ColumnPlan => ({ name, type: 'bigint', build: defaultsTo(0) });

const totalsAdditions: readonly ColumnPlan[] = [
  sum('cached_input_tokens'),
  sum('cache_write_tokens'),
  sum('reasoning_tokens'),
];

/** The classes of tokens, what a request counted for in its key's limits, and why one was refused. */
export const requestClasses: Migration = {
  async up(db: Kysely<AnySchema>) {
    const existing = await listTables(db);
    await ensureTable(db.schema, existing, 'proxy_requests', requestAdditions);
    await ensureTable(db.schema, existing, 'proxy_totals', totalsAdditions);
  },
};
