import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from './any-schema.ts';

/** A deleted channel stays, out of everyone's sight, until its history is gone: that takes a while. */
export const deletedTargets: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema.alterTable('targets').addColumn('deleted_at', 'double precision').execute();
  },
};
