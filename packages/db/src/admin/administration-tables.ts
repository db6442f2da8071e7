import type { AuditAction, AuditActor } from '@api-monitor/core';
import type { Generated, Selectable } from 'kysely';

export interface AdminSessionsTable {
  id: Generated<number>;
  /** SHA-256 of the cookie's token, in hex; the token itself is kept nowhere. */
  token_hash: string;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  address: string;
  user_agent: string;
}

/** One row, or none where there is no second factor. */
export interface SecondFactorTable {
  id: 1;
  /** Sealed; base32 within. */
  secret: string;
  created_at: number;
  /** null: enrolled, and not in force before a first code has come. */
  confirmed_at: number | null;
  /** The 30 s step of the last code that was taken: none of it or before it is taken again. */
  last_step: number;
}

export interface RecoveryCodesTable {
  /** SHA-256 of the code, in hex. */
  code_hash: string;
  used_at: number | null;
}

/** Who did what, and when; never a secret. */
export interface AuditLogTable {
  id: Generated<number>;
  timestamp: number;
  actor: AuditActor;
  session_id: number | null;
  address: string;
  action: AuditAction;
  subject_id: number | null;
  subject_name: string;
  /** JSON: AuditChange[]. */
  changes: string;
}

export type AuditLogTableRow = Selectable<AuditLogTable>;
