import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { ensureTable, text } from '../steps/column-plan.ts';

/** The file that code sets a channel from. */
export const managedBy: Migration = {
  async up(db: Kysely<AnySchema>) {
    await ensureTable(db.schema, await listTables(db), 'targets', [text('managed_by')]);
  },
};
