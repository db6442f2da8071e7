import type { AuditActor } from '@api-monitor/core';

/** What a caller may do: an admin has the API token or an admin session, a visitor may only read. */
export type Caller = 'admin' | 'visitor';

/** Who a caller is, for the audit log. */
export interface Actor {
  actor: AuditActor;
  /** null: the caller isn't known by an admin session. */
  session_id: number | null;
  address: string;
}

/** The program itself, at its start or from the command line. */
export const systemActor: Actor = { actor: 'system', session_id: null, address: '' };
