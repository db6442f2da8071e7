import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { listTables } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { defaultsTo, ensureTable, integer, text } from '../steps/column-plan.ts';

/** Under which names a channel's models are known, and how requests are sent to it. */
export const namesAndRouting: Migration = {
  async up(db: Kysely<AnySchema>) {
    const lists = ['exclude', 'model_aliases', 'tags', 'body_overrides', 'paths'];
    const columns = [
      ...lists.map((name) => text(name, defaultsTo('[]'))),
      integer('priority', defaultsTo(0)),
      integer('weight', defaultsTo(1)),
      integer('max_concurrency', defaultsTo(0)),
      integer('min_gap_ms', defaultsTo(0)),
    ];
    await ensureTable(db.schema, await listTables(db), 'targets', columns);
  },
};
