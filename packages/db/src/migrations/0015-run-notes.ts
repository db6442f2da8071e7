import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../engine/dialect.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { ensureTable, text } from './steps/column-plan.ts';

/** Notes of runs as codes, so that a page can say them in its language; older rows keep their text. */
export const runNotes: Migration = {
  async up(db: Kysely<AnySchema>) {
    const existing = await listTables(db);
    await ensureTable(db.schema, existing, 'runs', [text('notes')]);
    await ensureTable(db.schema, existing, 'targets', [text('last_notes')]);
  },
};
