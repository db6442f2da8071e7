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
  'gated',
  'skipped',
] as const;

export type ErrorKind = (typeof errorKinds)[number];
