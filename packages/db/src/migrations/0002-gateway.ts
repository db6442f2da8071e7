import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { idColumn, listTables } from '../engine/dialect.ts';
import { repairKeyLists } from './from-go-tool/repair-proxy-keys.ts';
import type { AnySchema } from './steps/any-schema.ts';
import {
  type ColumnPlan,
  createIndex,
  defaultsTo,
  ensureTable,
  integer,
  seconds,
} from './steps/column-plan.ts';
import { widenModelStates } from './steps/widen-model-states.ts';

const revision = integer('revision', defaultsTo(1));

const proxyKeysAdditions: readonly ColumnPlan[] = [
  seconds('expires_at'),
  integer('rpm_limit'),
  integer('tpm_limit'),
  revision,
];

/** What the gateway needs: limits of keys, revisions to follow, a record of requests, live evidence. */
export const gatewaySchema: Migration = {
  async up(db: Kysely<AnySchema>) {
    const existing = await listTables(db);
    await ensureTable(db.schema, existing, 'targets', [revision]);
    await ensureTable(db.schema, existing, 'proxy_keys', proxyKeysAdditions);
    await repairKeyLists(db);
    await createProxyRequests(db);
    await widenModelStates(db);
  },
};

async function createProxyRequests(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createTable('proxy_requests')
    .addColumn('id', 'integer', idColumn)
    .addColumn('request_id', 'text', (column) => column.notNull().unique())
    .addColumn('timestamp', 'double precision', (column) => column.notNull())
    .addColumn('key_id', 'integer')
    .addColumn('key_name', 'text', (column) => column.notNull())
    .addColumn('target_id', 'integer')
    .addColumn('target_name', 'text')
    .addColumn('requested_model', 'text', (column) => column.notNull())
    .addColumn('model', 'text')
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('stream', 'integer', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('attempts', 'text', (column) => column.notNull())
    .addColumn('first_byte_s', 'double precision')
    .addColumn('duration_s', 'double precision', (column) => column.notNull())
    .addColumn('input_tokens', 'integer')
    .addColumn('output_tokens', 'integer')
    .addColumn('request_bytes', 'integer', (column) => column.notNull())
    .addColumn('response_bytes', 'integer', (column) => column.notNull())
    .addColumn('error_kind', 'text')
    .addColumn('error', 'text')
    .execute();
  await indexProxyRequests(db);
}

/** Pages go by id within a filter; totals and the retention go by time. */
async function indexProxyRequests(db: Kysely<AnySchema>): Promise<void> {
  const indexes = { time: ['timestamp'], key: ['key_id', 'id'], target: ['target_id', 'id'] };
  for (const [name, columns] of Object.entries({ ...indexes, model: ['model', 'id'] })) {
    await createIndex(db, `proxy_requests_by_${name}`, 'proxy_requests', columns);
  }
}
