import { type Kysely, sql } from 'kysely';
import type { AnySchema } from '../steps/any-schema.ts';
import { defaultsTo, integer, planTable, seconds, text } from '../steps/column-plan.ts';
import { stateColumns, wideColumns } from '../steps/widen-model-states.ts';

const additions = [
  text('proved_by', defaultsTo('probe')),
  integer('is_wrong_answer', defaultsTo(0)),
  seconds('recheck_at'),
  seconds('gone_at'),
  seconds('watched_until'),
  text('evidence', defaultsTo('[]')),
];

/**
 * Builds `model_states` again, without its live columns and with the new ones before the wide columns, so
 * that reading them doesn't mean reading the history too.
 */
export async function rebuildModelStates(db: Kysely<AnySchema>): Promise<void> {
  await planTable(db.schema, 'new_model_states', [...stateColumns, ...additions, ...wideColumns])
    .addPrimaryKeyConstraint('model_states_primary_key', ['target_id', 'model'])
    .execute();
  const kept = sql.join([...stateColumns, ...wideColumns].map(({ name }) => sql.ref(name)));
  await sql`insert into new_model_states (${kept}, watched_until)
    select ${kept}, timestamp from model_states`.execute(db);
  await db.schema.dropTable('model_states').execute();
  await db.schema.alterTable('new_model_states').renameTo('model_states').execute();
  await db.schema
    .createIndex('model_states_to_recheck')
    .on('model_states')
    .column('recheck_at')
    .where(sql.ref('recheck_at'), 'is not', null)
    .execute();
}
