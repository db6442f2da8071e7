import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { defaultsTo, ensureTable, text } from '../steps/column-plan.ts';

/** Which models came and went lately in a channel's list. */
export const listNews: Migration = {
  async up(db: Kysely<AnySchema>) {
    const column = text('list_news', defaultsTo('[]'));
    await ensureTable(db.schema, await listTables(db), 'targets', [column]);
  },
};
