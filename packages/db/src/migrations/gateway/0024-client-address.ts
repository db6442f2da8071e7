import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { ensureTable, text } from '../steps/column-plan.ts';

/** Where refused requests came from; null for all others, and in records from before. */
export const clientAddress: Migration = {
  async up(db: Kysely<AnySchema>) {
    await ensureTable(db.schema, await listTables(db), 'proxy_requests', [text('client_address')]);
  },
};
