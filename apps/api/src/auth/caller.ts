import type { AuditActor } from '@api-monitor/core';

/** What a caller may: an admin holds the API token or an admin session, a visitor may only look. */
export type Caller = 'admin' | 'visitor';

/** Who a caller is, as the audit log tells it. */
export interface Actor {
  actor: AuditActor;
  /** The admin session, where that is how the caller is known. */
  session_id: number | null;
  address: string;
}

/** The program itself, at its start or from the command line. */
export const systemActor: Actor = { actor: 'system', session_id: null, address: '' };
