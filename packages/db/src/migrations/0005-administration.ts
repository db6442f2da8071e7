import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { idColumn } from '../engine/dialect.ts';
import type { AnySchema } from './steps/any-schema.ts';
import { createIndex } from './steps/column-plan.ts';

/** What the admin panel needs: its sessions, a second factor, and a log of who changed what. */
export const administration: Migration = {
  async up(db: Kysely<AnySchema>) {
    await createAdminSessions(db);
    await createSecondFactor(db);
    await createAuditLog(db);
  },
};

async function createAdminSessions(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createTable('admin_sessions')
    .addColumn('id', 'integer', idColumn)
    .addColumn('token_hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'double precision', (column) => column.notNull())
    .addColumn('last_seen_at', 'double precision', (column) => column.notNull())
    .addColumn('expires_at', 'double precision', (column) => column.notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('user_agent', 'text', (column) => column.notNull())
    .execute();
}

async function createSecondFactor(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createTable('second_factor')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('secret', 'text', (column) => column.notNull())
    .addColumn('created_at', 'double precision', (column) => column.notNull())
    .addColumn('confirmed_at', 'double precision')
    .addColumn('last_step', 'integer', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('recovery_codes')
    .addColumn('code_hash', 'text', (column) => column.primaryKey())
    .addColumn('used_at', 'double precision')
    .execute();
}

async function createAuditLog(db: Kysely<AnySchema>): Promise<void> {
  await db.schema
    .createTable('audit_log')
    .addColumn('id', 'integer', idColumn)
    .addColumn('timestamp', 'double precision', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('session_id', 'integer')
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject_id', 'integer')
    .addColumn('subject_name', 'text', (column) => column.notNull())
    .addColumn('changes', 'text', (column) => column.notNull())
    .execute();
  await createIndex(db, 'audit_log_by_time', 'audit_log', ['timestamp']);
}
