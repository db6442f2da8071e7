import { type Kysely, sql } from 'kysely';
import type { AnySchema } from './any-schema.ts';
import { defaultsTo, integer, owned, planTable, required, seconds, text } from './column-plan.ts';

/** The columns of `model_states` in the first schema; the wide ones are the last. */
export const stateColumns = [
  integer('target_id', owned('targets.id')),
  text('model', required),
  text('protocol', required),
  text('route', required),
  integer('success', required),
  seconds('duration', required),
  text('error'),
  text('error_kind'),
  integer('status_code'),
  seconds('timestamp', required),
  seconds('first_token_s'),
  seconds('output_tokens_per_s'),
  seconds('last_success_at'),
  seconds('state_since', required),
  integer('run_id', required),
  integer('in_last_run', required),
];
export const wideColumns = [text('remembered'), text('history', required)];

const liveColumns = [
  integer('live_failures', defaultsTo(0)),
  seconds('live_failed_at'),
  text('live_error'),
  seconds('live_first_byte_s'),
];

/**
 * Adds the live columns to `model_states` by building the table again. A column added in place would come
 * after the history, and reading it would mean reading the history too.
 */
export async function widenModelStates(db: Kysely<AnySchema>): Promise<void> {
  const columns = [...stateColumns, ...liveColumns, ...wideColumns];
  await planTable(db.schema, 'wide_model_states', columns)
    .addPrimaryKeyConstraint('model_states_key', ['target_id', 'model'])
    .execute();
  const kept = sql.join([...stateColumns, ...wideColumns].map(({ name }) => sql.ref(name)));
  await sql`insert into wide_model_states (${kept}) select ${kept} from model_states`.execute(db);
  await db.schema.dropTable('model_states').execute();
  await db.schema.alterTable('wide_model_states').renameTo('model_states').execute();
}
