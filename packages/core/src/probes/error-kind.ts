/** Why a probe failed, as one word by which filters and charts can group. */
export const errorKinds = [
  'network',
  'timeout',
  'tls',
  'auth',
  'quota',
  'rate_limit',
  'not_found',
  'bad_request',
  'upstream',
  'bad_body',
  'no_text',
  'skipped',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** Whether a probe was skipped: its model can't be asked, so the probe says nothing about the channel. */
export function isSkipped({ error_kind }: { error_kind: ErrorKind | null }): boolean {
  return error_kind === 'skipped';
}
