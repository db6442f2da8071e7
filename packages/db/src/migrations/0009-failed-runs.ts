import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { AnySchema } from './steps/any-schema.ts';

/** An index of the few runs that failed as a whole, which no sum of probes contains. */
export const failedRuns: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema
      .createIndex('runs_failed')
      .on('runs')
      .columns(['target_id', 'started_at'])
      .where(sql.ref('status'), '=', 'error')
      .execute();
  },
};
