import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { ensureTable, text } from '../steps/column-plan.ts';

/** Lines of the status page that show all channels with a tag; null in lines from before. */
export const statusTags: Migration = {
  async up(db: Kysely<AnySchema>) {
    await ensureTable(db.schema, await listTables(db), 'status_items', [text('tag')]);
  },
};
