import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { defaultsTo, ensureTable, seconds } from '../steps/column-plan.ts';

/** How long the gateway waits for a channel's first token; 0: automatic. */
export const firstTokenTimeout: Migration = {
  async up(db: Kysely<AnySchema>) {
    const addition = seconds('first_token_timeout_s', defaultsTo(0));
    await ensureTable(db.schema, await listTables(db), 'targets', [addition]);
  },
};
