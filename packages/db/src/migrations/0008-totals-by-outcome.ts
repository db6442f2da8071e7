import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Schema } from '../schema.ts';

/**
 * Totals that tell how requests ended, so that they can be narrowed as the list is. They are summed
 * anew: requests and totals are kept equally long.
 */
export const totalsByOutcome: Migration = {
  async up(db: Kysely<Schema>) {
    await db.schema.dropTable('proxy_totals').execute();
    await createTotals(db);
    await fillTotals(db);
  },
};

const key = ['hour', 'key_id', 'target_id', 'model', 'route', 'outcome'] as const;

async function createTotals(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('proxy_totals')
    .addColumn('hour', 'integer', (column) => column.notNull())
    .addColumn('key_id', 'integer', (column) => column.notNull())
    .addColumn('target_id', 'integer', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('key_name', 'text', (column) => column.notNull())
    .addColumn('target_name', 'text')
    .addColumn('requests', 'integer', (column) => column.notNull())
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('input_tokens', 'bigint', (column) => column.notNull())
    .addColumn('output_tokens', 'bigint', (column) => column.notNull())
    .addColumn('first_byte_sum_s', 'double precision', (column) => column.notNull())
    .addColumn('first_byte_count', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('proxy_totals_key', [...key])
    .execute();
}

async function fillTotals(db: Kysely<Schema>): Promise<void> {
  await sql`
    insert into proxy_totals (hour, key_id, target_id, model, route, outcome, key_name, target_name,
      requests, failures, input_tokens, output_tokens, first_byte_sum_s, first_byte_count)
    select cast(floor(timestamp / 3600) as integer) * 3600, coalesce(key_id, 0), coalesce(target_id, 0),
      coalesce(model, ''), route, outcome, max(key_name), max(target_name), count(*),
      sum(case when status <> 499 and outcome <> 'ok' then 1 else 0 end),
      coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
      coalesce(sum(first_byte_s), 0), count(first_byte_s)
    from proxy_requests group by 1, 2, 3, 4, 5, 6`.execute(db);
}
