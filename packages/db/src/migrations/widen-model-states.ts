import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

const kept = [
  'target_id',
  'model',
  'protocol',
  'route',
  'success',
  'duration',
  'error',
  'error_kind',
  'status_code',
  'timestamp',
  'first_token_s',
  'output_tokens_per_s',
  'last_success_at',
  'state_since',
  'run_id',
  'in_last_run',
  'remembered',
  'history',
] as const;

/**
 * Gives `model_states` its live columns by building it anew: a column that is merely added stands
 * behind the history, and whoever reads it would read that too.
 */
export async function widenModelStates(db: Kysely<Schema>): Promise<void> {
  await createWide(db);
  const columns = sql.join(kept.map((name) => sql.ref(name)));
  await sql`insert into wide_model_states (${columns}) select ${columns} from model_states`.execute(
    db,
  );
  await db.schema.dropTable('model_states').execute();
  await db.schema.alterTable('wide_model_states').renameTo('model_states').execute();
}

async function createWide(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('wide_model_states')
    .addColumn('target_id', 'integer', (column) =>
      column.notNull().references('targets.id').onDelete('cascade'),
    )
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('protocol', 'text', (column) => column.notNull())
    .addColumn('route', 'text', (column) => column.notNull())
    .addColumn('success', 'integer', (column) => column.notNull())
    .addColumn('duration', 'double precision', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('error_kind', 'text')
    .addColumn('status_code', 'integer')
    .addColumn('timestamp', 'double precision', (column) => column.notNull())
    .addColumn('first_token_s', 'double precision')
    .addColumn('output_tokens_per_s', 'double precision')
    .addColumn('last_success_at', 'double precision')
    .addColumn('state_since', 'double precision', (column) => column.notNull())
    .addColumn('run_id', 'integer', (column) => column.notNull())
    .addColumn('in_last_run', 'integer', (column) => column.notNull())
    .addColumn('live_failures', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('live_failed_at', 'double precision')
    .addColumn('live_error', 'text')
    .addColumn('live_first_byte_s', 'double precision')
    .addColumn('remembered', 'text')
    .addColumn('history', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('model_states_key', ['target_id', 'model'])
    .execute();
}
