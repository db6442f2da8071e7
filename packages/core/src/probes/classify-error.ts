import type { BodyError } from './answer.ts';
import type { ErrorKind } from './error-kind.ts';

/** What is known about a failed request: the HTTP status and the error in its body. */
export interface Complaint extends BodyError {
  status: number;
}

interface KindRow {
  kind: ErrorKind;
  applies(complaint: Complaint, words: string): boolean;
}

const perMinute = /per[ _-]?(minute|second)|\b[rt]pm\b|rate.?limit/;
const quota =
  /insufficient.{0,12}(quota|balance|credit|fund)|exceeded your (current )?quota|billing|\bbalance\b|out of credits|credits? (is |are )?(exhausted|too low|depleted)|quota.{0,24}(exceed|exhaust|used up|not enough)|余额|额度|欠费/;
const auth =
  /authentication_error|permission_error|permission_denied|unauthenticated|unauthorized|invalid.{0,8}api.?key|incorrect api key|无效的令牌|令牌无效/;
const rateLimit = /rate.?limit|too many requests|resource_exhausted|请求(过于)?频繁/;
const modelMissing =
  /model_not_found|(model|模型).{0,80}(not found|does ?n[o']t exist|not exist|no longer available|不存在)|no such model|unknown model|invalid model|no available channel|not_found_error.{0,80}model/;
const badRequest = /invalid_request|invalid_argument|bad_request|invalid.?parameter/;

/** The first match wins. The message counts more than the status, which relays often rewrite. */
const kindRows: readonly KindRow[] = [
  { kind: 'rate_limit', applies: ({ status }, words) => status === 429 && perMinute.test(words) },
  { kind: 'quota', applies: ({ status }, words) => status === 402 || quota.test(words) },
  { kind: 'auth', applies: ({ status }) => status === 401 || status === 403 },
  { kind: 'rate_limit', applies: ({ status }) => status === 429 },
  { kind: 'not_found', applies: (complaint, words) => isModelMissing(complaint, words) },
  { kind: 'not_found', applies: ({ status }) => [404, 405, 410].includes(status) },
  { kind: 'timeout', applies: ({ status }) => status === 408 },
  { kind: 'upstream', applies: ({ status }) => status >= 500 },
  { kind: 'bad_request', applies: ({ status }) => status >= 400 },
  { kind: 'auth', applies: (_, words) => auth.test(words) },
  { kind: 'rate_limit', applies: (_, words) => rateLimit.test(words) },
  { kind: 'not_found', applies: (_, words) => /not_found/.test(words) },
  { kind: 'bad_request', applies: (_, words) => badRequest.test(words) },
];

/**
 * The kind of error of a failed HTTP answer. A number in the body's `code` (relays answer 200 with
 * `code: 429`) replaces a status that says nothing.
 */
export function classifyError(complaint: Complaint): ErrorKind {
  const status = statedStatus(complaint);
  const words = wordsOf(complaint);
  const stated = { ...complaint, status };
  return kindRows.find((row) => row.applies(stated, words))?.kind ?? 'upstream';
}

/** Whether the complaint is about a missing model rather than a missing address. */
export function saysModelIsMissing(complaint: Complaint): boolean {
  return isModelMissing(complaint, wordsOf(complaint));
}

function isModelMissing({ status }: Complaint, words: string): boolean {
  return status !== 401 && status !== 403 && modelMissing.test(words);
}

function statedStatus({ status, code }: Complaint): number {
  const stated = Number(code);
  return status < 400 && stated >= 400 && stated < 600 ? stated : status;
}

/** Lower-cased and without addresses: `/v1beta/models/x` isn't about a model. */
function wordsOf({ message, type, code }: BodyError): string {
  const words = `${type ?? ''} ${code ?? ''} ${message}`.slice(0, wordsLimit);
  return words.replaceAll(/\S*\/v\d\w*\/\S*/gi, ' ').toLowerCase();
}

/** Patterns search no further, because an error page may have megabytes. */
const wordsLimit = 2000;
