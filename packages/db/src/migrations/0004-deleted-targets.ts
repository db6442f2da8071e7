import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from './steps/any-schema.ts';

/** The row of a deleted channel stays, hidden from everyone, until its history is deleted. */
export const deletedTargets: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema.alterTable('targets').addColumn('deleted_at', 'double precision').execute();
  },
};
