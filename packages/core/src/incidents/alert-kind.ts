// Browsers import this file, so it must not import zod.

export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/** The more severe of two. */
export function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b;
}

interface AlertKindRule {
  severity: Severity;
  /** `counted`: after several findings or some time. `told`: its producer has already made sure. `note`: it happened once. */
  confirmed: 'counted' | 'told' | 'note';
}

/** Everything that a person may be told about. Outages get their severity from what still serves. */
export const alertKindRules = {
  model_down: { severity: 'warning', confirmed: 'counted' },
  channel_down: { severity: 'warning', confirmed: 'counted' },
  key_down: { severity: 'warning', confirmed: 'counted' },
  latency: { severity: 'warning', confirmed: 'told' },
  error_rate: { severity: 'warning', confirmed: 'told' },
  wrong_answers: { severity: 'warning', confirmed: 'told' },
  balance: { severity: 'warning', confirmed: 'told' },
  balance_fall: { severity: 'warning', confirmed: 'told' },
  expiry: { severity: 'warning', confirmed: 'told' },
  certificate: { severity: 'warning', confirmed: 'told' },
  budget: { severity: 'warning', confirmed: 'told' },
  spending: { severity: 'warning', confirmed: 'told' },
  disk: { severity: 'critical', confirmed: 'told' },
  service: { severity: 'critical', confirmed: 'told' },
  model_new: { severity: 'info', confirmed: 'note' },
  model_gone: { severity: 'info', confirmed: 'note' },
} as const satisfies Record<string, AlertKindRule>;
export type AlertKind = keyof typeof alertKindRules;

/** Whether it is an outage, which is grouped with others by its cause. */
export function isOutage(kind: AlertKind): boolean {
  return alertKindRules[kind].confirmed === 'counted';
}

/** Whether it happened once, so there is nothing to recover from. */
export function isNote(kind: AlertKind): boolean {
  return alertKindRules[kind].confirmed === 'note';
}
