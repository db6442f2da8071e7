import { withoutQuotes } from '../text/without-quotes.ts';
import { type BodyError, pageErrorType, withheldErrorType } from './answer.ts';
import {
  accountSentences,
  authWords,
  badRequestWords,
  concurrencyWords,
  gateWords,
  limitOfModelWords,
  lostStateWords,
  modelMissingWords,
  notChatAlone,
  notChatWords,
  ofModelWords,
  ownSizeWords,
  perMinuteWords,
  policyWords,
  quotaWords,
  rateLimitWords,
  routeRefusedWords,
  tooDearWords,
  tooLongWords,
} from './complaint-words.ts';
import type { ErrorKind } from './error-kind.ts';

/** What is known about a failed request: the HTTP status and the error in its body. */
export interface Complaint extends BodyError {
  status: number;
}

/** What a complaint is about, more finely than the kind of error that people see. */
export const complaintTopics = [
  'page',
  'gate',
  'rate_limit',
  'quota',
  'auth',
  'forbidden',
  'model_missing',
  'not_chat',
  'route_refused',
  'too_long',
  'policy',
  'lost_state',
  'request',
  'timeout',
  'upstream',
] as const;
export type ComplaintTopic = (typeof complaintTopics)[number];

export const kindByTopic: Record<ComplaintTopic, ErrorKind> = {
  page: 'bad_body',
  gate: 'gated',
  rate_limit: 'rate_limit',
  quota: 'quota',
  auth: 'auth',
  forbidden: 'auth',
  model_missing: 'not_found',
  not_chat: 'skipped',
  route_refused: 'not_found',
  too_long: 'bad_request',
  policy: 'bad_request',
  lost_state: 'bad_request',
  request: 'bad_request',
  timeout: 'timeout',
  upstream: 'upstream',
};

/** What a complaint says, in lower case. */
interface Said {
  words: string;
  withAddresses: string;
  /** What is believed about the channel's addresses, client programs and limits. */
  unquoted: string;
  /** What is believed about the account and its key. */
  ofAccount: string;
}

interface Row {
  topic: ComplaintTopic;
  applies(complaint: Complaint, said: Said): boolean;
}

const says = (topic: ComplaintTopic, words: RegExp, part: keyof Said = 'words'): Row => ({
  topic,
  applies: (_, said) => words.test(said[part]),
});
const hasStatus = (topic: ComplaintTopic, ...statuses: number[]): Row => ({
  topic,
  applies: ({ status }) => statuses.includes(status),
});

/** The first match wins. The words count more than the status, which relays often rewrite. */
const rows: readonly Row[] = [
  // A firewall's page says nothing about the key, and a maintenance page nothing about the model.
  { topic: 'page', applies: isChallenge },
  { topic: 'policy', applies: ({ type }) => type === withheldErrorType },
  {
    topic: 'request',
    applies: ({ code }) => /^(mismatched|invalid)_(organization|project)$/.test(code ?? ''),
  },
  says('gate', gateWords, 'unquoted'),
  // A request that is larger than the whole limit never fits, however long one waits.
  says('too_long', ownSizeWords, 'unquoted'),
  { topic: 'rate_limit', applies: (_, { unquoted }) => passesSoon(unquoted) },
  {
    topic: 'quota',
    applies: ({ status }, said) => status === 402 || quotaWords.test(said.ofAccount),
  },
  says('too_long', tooLongWords),
  { topic: 'model_missing', applies: isModelMissing },
  { topic: 'auth', applies: ({ status }) => status === 401 },
  says('auth', authWords, 'ofAccount'),
  {
    topic: 'policy',
    applies: ({ status }, said) => status !== 404 && policyWords.test(said.words),
  },
  hasStatus('rate_limit', 429),
  says('lost_state', lostStateWords),
  { topic: 'not_chat', applies: isNotChat },
  { topic: 'request', applies: namesParameter },
  { topic: 'route_refused', applies: (_, said) => routeRefusedWords.test(said.withAddresses) },
  hasStatus('forbidden', 403),
  hasStatus('route_refused', 404, 405, 501),
  hasStatus('model_missing', 410),
  hasStatus('timeout', 408),
  hasStatus('too_long', 413),
  { topic: 'upstream', applies: ({ status }) => status >= 500 },
  { topic: 'request', applies: ({ status }) => status >= 400 },
  says('rate_limit', rateLimitWords),
  says('model_missing', /not_found/),
  says('request', badRequestWords),
];

/**
 * What a complaint is about. A number in the body's `code` (relays answer 200 with `code: 429`) replaces a
 * status that says nothing. `by`: who asked; a client's request may come back in the message, and mustn't
 * speak for the channel.
 */
export function topicOf(complaint: Complaint, by: 'probe' | 'traffic' = 'probe'): ComplaintTopic {
  const stated = { ...complaint, status: statedStatus(complaint) };
  const whole = saidBy(complaint);
  const words = withoutAddresses(whole);
  const said =
    by === 'probe'
      ? { words, withAddresses: whole, unquoted: words, ofAccount: words }
      : { words, withAddresses: withoutQuotes(whole), ...believedOf(stated, words) };
  return rows.find((row) => row.applies(stated, said))?.topic ?? 'upstream';
}

/** With these, it is the status that speaks about the account. */
const accountStatuses = [401, 402, 429];

function believedOf(complaint: Complaint, words: string): Pick<Said, 'unquoted' | 'ofAccount'> {
  if (accountStatuses.includes(complaint.status) && !namesParameter(complaint)) {
    return { unquoted: words, ofAccount: words };
  }
  const unquoted = withoutQuotes(words);
  if (!blamesRequest(complaint)) return { unquoted, ofAccount: unquoted };
  const isKnown = accountSentences.test(complaint.message.slice(0, wordsLimit).toLowerCase());
  return { unquoted, ofAccount: isKnown ? words : namesOf(complaint) };
}

/** Whether the error says that it is about the request; then a client's text is probably in it. */
function blamesRequest(complaint: Complaint): boolean {
  const { status, type } = complaint;
  const isNamed = status !== 403 && /^invalid_request/i.test(type ?? '');
  return status === 400 || status === 422 || isNamed || namesParameter(complaint);
}

/** The kind of error of a failed HTTP answer. */
export function classifyError(complaint: Complaint): ErrorKind {
  return kindByTopic[topicOf(complaint)];
}

/** Whether a failure of the account concerns only the model that it names. */
export function isOfModelAlone(complaint: Complaint): boolean {
  const words = saidBy(complaint);
  return ofModelWords.test(words) || tooDearWords.test(words);
}

/** Whether a rate limit is that of the model alone, and other models of the channel aren't limited. */
export function isLimitOfModel(complaint: Complaint): boolean {
  const words = saidBy(complaint);
  return ofModelWords.test(words) || limitOfModelWords.test(words);
}

/** Whether the model may answer on another text route, although it "isn't a chat model". */
export function mayServeOtherRoute(complaint: Complaint): boolean {
  return notChatAlone.test(saidBy(complaint));
}

function passesSoon(words: string): boolean {
  if (concurrencyWords.test(words) || perMinuteWords.test(words)) return true;
  // "RateLimitError: … exceeded your current quota" is about money.
  return rateLimitWords.test(words) && !quotaWords.test(words);
}

function isChallenge({ status, type }: Complaint, { words }: Said): boolean {
  if (type !== pageErrorType) return false;
  return status === 403 || challengeWords.test(words);
}

const challengeWords =
  /just a moment|attention required|checking your browser|verif(y|ying) (that )?you are (a )?human|captcha|access denied|security (check|verification)|ddos|安全(验证|检查)|人机验证/;

function isModelMissing({ status }: Complaint, { words: all, unquoted }: Said): boolean {
  const words = status === 400 || status === 422 ? unquoted : all;
  return status !== 401 && modelMissingWords.test(words) && !routeOfModel.test(words);
}

/** "The model isn't supported on this endpoint" is about the route. */
const routeOfModel =
  /model.{0,80}(not|only|n't).{0,24}(support|available|accessible).{0,24}(endpoint|\bapi\b|v1\/|responses|chat\/?completions|messages)/;

function isNotChat({ status }: Complaint, { withAddresses }: Said): boolean {
  return status !== 401 && status !== 403 && notChatWords.test(withAddresses);
}

/** An error with a name for a part of the request is about the request, even with a status of 5xx. */
export function namesParameter({ param, status }: Complaint): boolean {
  return param !== null && !/^(model)?$/.test(param) && status !== 404 && status !== 405;
}

function statedStatus({ status, code }: Complaint): number {
  const stated = Number(code);
  return status < 400 && stated >= 400 && stated < 600 ? stated : status;
}

function saidBy(error: BodyError): string {
  return `${namesOf(error)} ${error.message}`.slice(0, wordsLimit).toLowerCase();
}

/** The names for the kind of error, which are the provider's own words. */
function namesOf({ type, code }: BodyError): string {
  return `${type ?? ''} ${code ?? ''}`.slice(0, wordsLimit).toLowerCase();
}

/** Patterns search no further, because an error page may have megabytes. */
const wordsLimit = 2000;

/** `/v1beta/models/x` isn't about a model. */
function withoutAddresses(words: string): string {
  return words.replaceAll(/\S*\/v\d\w*\/\S*/g, ' ');
}
