import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { defaultsTo, ensureTable, text } from '../steps/column-plan.ts';

/** How a channel is reached: its proxy, its headers, and what its TLS is checked against. */
export const transport: Migration = {
  async up(db: Kysely<AnySchema>) {
    const columns = [
      text('proxy_url'),
      text('headers', defaultsTo('[]')),
      text('user_agent'),
      text('ca_certificate'),
    ];
    await ensureTable(db.schema, await listTables(db), 'targets', columns);
  },
};
