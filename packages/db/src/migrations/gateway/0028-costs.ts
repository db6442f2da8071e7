import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import {
  type ColumnPlan,
  decimal,
  defaultsTo,
  ensureTable,
  integer,
  required,
  text,
} from '../steps/column-plan.ts';

/** null in requests from before: nobody read these parts of their reports, and nothing had a price. */
const requestAdditions: readonly ColumnPlan[] = [
  integer('cache_write_1h_tokens'),
  integer('audio_input_tokens'),
  integer('audio_output_tokens'),
  integer('image_input_tokens'),
  integer('image_output_tokens'),
  integer('tokens_estimated', defaultsTo(0)),
  decimal('cost'),
  text('price'),
  decimal('reported_cost'),
];

const sum = (name: string): ColumnPlan => ({ name, type: 'bigint', build: defaultsTo(0) });

const totalsAdditions: readonly ColumnPlan[] = [
  sum('cache_write_1h_tokens'),
  sum('audio_input_tokens'),
  sum('audio_output_tokens'),
  sum('image_input_tokens'),
  sum('image_output_tokens'),
  decimal('cost', defaultsTo(0)),
  sum('unpriced'),
];

/** null in probes from before. */
const probeAdditions: readonly ColumnPlan[] = [decimal('cost')];
const probeTotalsAdditions: readonly ColumnPlan[] = [
  decimal('cost', defaultsTo(0)),
  integer('unpriced', defaultsTo(0)),
];

const priceData: readonly ColumnPlan[] = [
  integer('id', (column) => column.primaryKey()),
  integer('revision', required),
  text('source', required),
  text('prices'),
  decimal('fetched_at'),
  decimal('tried_at', required),
  text('error'),
];

/** What requests and probes cost, further classes of tokens that have prices, and newer price data. */
export const costs: Migration = {
  async up(db: Kysely<AnySchema>) {
    const existing = await listTables(db);
    await ensureTable(db.schema, existing, 'proxy_requests', requestAdditions);
    await ensureTable(db.schema, existing, 'proxy_totals', totalsAdditions);
    // None of the requests from before has a price.
    await db
      .updateTable('proxy_totals')
      .set(({ ref }) => ({ unpriced: ref('requests') }))
      .execute();
    await ensureTable(db.schema, existing, 'run_models', probeAdditions);
    await ensureTable(db.schema, existing, 'probe_totals', probeTotalsAdditions);
    await ensureTable(db.schema, existing, 'price_data', priceData);
  },
};
