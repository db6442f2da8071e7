import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../engine/dialect.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { defaultsTo, ensureTable, integer } from './steps/column-plan.ts';

/** How many answers were readable but wrong: over time, and in a row now. Earlier ones aren't known. */
export const wrongAnswers: Migration = {
  async up(db: Kysely<AnySchema>) {
    const existing = await listTables(db);
    const column = integer('wrong_answers', defaultsTo(0));
    await ensureTable(db.schema, existing, 'probe_totals', [column]);
    await ensureTable(db.schema, existing, 'model_states', [column]);
    await db
      .updateTable('model_states')
      .set({ wrong_answers: 1 })
      .where('is_wrong_answer', '=', 1)
      .execute();
  },
};
