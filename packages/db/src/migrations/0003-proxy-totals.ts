import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from './steps/any-schema.ts';
import { createIndex, integer, planTable, required, seconds, text } from './steps/column-plan.ts';

/** Totals by the hour, and the outcome of each request, so that no query reads all requests for them. */
export const proxyTotals: Migration = {
  async up(db: Kysely<AnySchema>) {
    await addOutcome(db);
    await createTotals(db, false);
  },
};

async function addOutcome(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .alterTable('proxy_requests')
    .addColumn('outcome', 'text', (column) => column.notNull().defaultTo('ok'))
    .execute();
  await sql`
    update proxy_requests set outcome = case
      when status >= 400 and status < 500 then 'client_error' else 'upstream_error' end
    where status >= 400 or error is not null`.execute(db);
  await createIndex(db, 'proxy_requests_by_outcome', 'proxy_requests', ['outcome', 'id']);
}

/** Creates the totals, by outcome or not, and sums the stored requests. */
export async function createTotals(db: Kysely<AnySchema>, isByOutcome: boolean): Promise<void> {
  const outcomes = isByOutcome ? [text('outcome', required)] : [];
  const keyColumns = [
    integer('hour', required),
    integer('key_id', required),
    integer('target_id', required),
    text('model', required),
    text('route', required),
    ...outcomes,
  ];
  const sums = [
    text('key_name', required),
    text('target_name'),
    integer('requests', required),
    integer('failures', required),
    { name: 'input_tokens', type: 'bigint', build: required } as const,
    { name: 'output_tokens', type: 'bigint', build: required } as const,
    seconds('first_byte_sum_s', required),
    integer('first_byte_count', required),
  ];
  const key = keyColumns.map(({ name }) => name);
  await planTable(db.schema, 'proxy_totals', [...keyColumns, ...sums])
    .addPrimaryKeyConstraint('proxy_totals_key', key)
    .execute();
  const outcome = isByOutcome ? sql`, outcome` : sql``;
  await sql`
    insert into proxy_totals (hour, key_id, target_id, model, route${outcome}, key_name, target_name,
      requests, failures, input_tokens, output_tokens, first_byte_sum_s, first_byte_count)
    select cast(floor(timestamp / 3600) as integer) * 3600, coalesce(key_id, 0), coalesce(target_id, 0),
      coalesce(model, ''), route${outcome}, max(key_name), max(target_name), count(*),
      sum(case when status <> 499 and outcome <> 'ok' then 1 else 0 end),
      coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0),
      coalesce(sum(first_byte_s), 0), count(first_byte_s)
    from proxy_requests group by 1, 2, 3, 4, 5${outcome}`.execute(db);
}
