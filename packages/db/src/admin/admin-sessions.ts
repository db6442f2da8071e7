import { type AdminSession, adminSessionShape, fieldKindsOf } from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

const { columns } = createCodec<AdminSession>(fieldKindsOf(adminSessionShape));

/** Stores a new session under the hash of its token, and deletes those that have expired. */
export async function createAdminSession(
  db: Database,
  session: Omit<AdminSession, 'id' | 'last_seen_at'> & { token_hash: string },
): Promise<AdminSession> {
  const { created_at } = session;
  await db.kysely.deleteFrom('admin_sessions').where('expires_at', '<=', created_at).execute();
  return db.kysely
    .insertInto('admin_sessions')
    .values({ ...session, last_seen_at: created_at })
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** The session with this hash of its token; null if there is none or it has expired. */
export async function findAdminSession(
  db: Database,
  tokenHash: string,
  nowS: number,
): Promise<AdminSession | null> {
  const row = await db.kysely
    .selectFrom('admin_sessions')
    .select(columns)
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', nowS)
    .executeTakeFirst();
  return row ?? null;
}

export async function touchAdminSession(db: Database, id: number, nowS: number): Promise<void> {
  await db.kysely
    .updateTable('admin_sessions')
    .set({ last_seen_at: nowS })
    .where('id', '=', id)
    .execute();
}

/** The sessions that haven't expired, the most recently used first. */
export async function listAdminSessions(db: Database, nowS: number): Promise<AdminSession[]> {
  return db.kysely
    .selectFrom('admin_sessions')
    .select(columns)
    .where('expires_at', '>', nowS)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

/** Ends a session; null if there is none with that id. */
export async function deleteAdminSession(db: Database, id: number): Promise<AdminSession | null> {
  const row = await db.kysely
    .deleteFrom('admin_sessions')
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  return row ?? null;
}

/** Ends every session but one. Returns how many were ended. */
export async function deleteOtherAdminSessions(db: Database, keptId: number): Promise<number> {
  const { numDeletedRows } = await db.kysely
    .deleteFrom('admin_sessions')
    .where('id', '!=', keptId)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
