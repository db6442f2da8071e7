import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Schema } from '../schema.ts';

/** A deleted channel stays, out of everyone's sight, until its history is gone: that takes a while. */
export const deletedTargets: Migration = {
  async up(db: Kysely<Schema>) {
    await db.schema.alterTable('targets').addColumn('deleted_at', 'double precision').execute();
  },
};
