import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { defaultsTo, ensureTable, seconds, text } from '../steps/column-plan.ts';

/** The keys of a channel beside its first one, what is known about each, and which of them made an object. */
export const targetKeys: Migration = {
  async up(db: Kysely<AnySchema>) {
    const columns = [
      text('keys', defaultsTo('[]')),
      text('key_states', defaultsTo('[]')),
      seconds('key_recheck_at'),
    ];
    const tables = await listTables(db);
    await ensureTable(db.schema, tables, 'targets', columns);
    await ensureTable(db.schema, tables, 'gateway_objects', [text('target_key')]);
  },
};
