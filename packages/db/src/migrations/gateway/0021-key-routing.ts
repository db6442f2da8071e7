import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { ensureTable, text } from '../steps/column-plan.ts';

/** How channels are chosen for a key's requests; null: as the setting says. */
export const keyRouting: Migration = {
  async up(db: Kysely<AnySchema>) {
    await ensureTable(db.schema, await listTables(db), 'proxy_keys', [text('routing_policy')]);
  },
};
