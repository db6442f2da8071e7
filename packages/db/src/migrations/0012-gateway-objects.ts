import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { idColumn } from '../engine/dialect.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { createIndex } from './steps/column-plan.ts';

/** Which channel keeps what for which key, so that it is found after a restart. */
export const gatewayObjects: Migration = {
  async up(db: Kysely<AnySchema>) {
    await db.schema
      .createTable('gateway_objects')
      .addColumn('id', 'integer', idColumn)
      .addColumn('object_hash', 'text', (column) => column.notNull())
      .addColumn('target_id', 'integer', (column) => column.notNull())
      .addColumn('key_id', 'integer')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('created_at', 'double precision', (column) => column.notNull())
      .addColumn('expires_at', 'double precision')
      .addUniqueConstraint('gateway_objects_by_hash', ['object_hash', 'target_id'])
      .execute();
    await createIndex(db, 'gateway_objects_by_expiry', 'gateway_objects', ['expires_at']);
    await createIndex(db, 'gateway_objects_by_key', 'gateway_objects', ['key_id', 'kind']);
  },
};
