/** The actors in the audit log; `system` is the program itself, at startup. */
export const auditActors = ['api_token', 'visitor', 'session', 'nobody', 'system'] as const;
export type AuditActor = (typeof auditActors)[number];

/** The actions that the audit log records. */
export const auditActions = [
  'session.opened',
  'session.refused',
  'session.closed',
  'session.revoked',
  'settings.changed',
  'password.refused',
  'second_factor.enrolled',
  'second_factor.confirmed',
  'second_factor.removed',
  'recovery_codes.made',
  'target.created',
  'target.changed',
  'target.deleted',
  'target.run',
  'target.secret_read',
  'targets.reordered',
  'proxy_key.created',
  'proxy_key.changed',
  'proxy_key.regenerated',
  'proxy_key.revoked',
  'status_page.changed',
  'channels.exported',
  'channels.imported',
  'backup.downloaded',
] as const;
export type AuditAction = (typeof auditActions)[number];
