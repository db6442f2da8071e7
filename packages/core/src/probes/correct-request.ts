import type { BodyReading } from './answer.ts';
import { type Complaint, classifyError, saysModelIsMissing } from './classify-error.ts';
import type { ErrorKind } from './error-kind.ts';
import type { Exchange } from './exchange.ts';
import { firstFormOf, isSameForm, type RequestForm } from './request-form.ts';
import type { Route } from './route.ts';

/** One request that was sent and what came back. */
export interface Attempt {
  form: RequestForm;
  exchange: Exchange;
  reading: BodyReading;
}

/** A probe never sends more requests than this, whatever the answers are. */
export const maxAttempts = 6;

/** Tried in this order if a channel doesn't serve a route: most relays translate to chat. */
const chatRoutes: readonly Route[] = ['chat', 'responses', 'anthropic', 'gemini'];

/** Errors of the channel or the account, which another form of the request wouldn't change. */
const findings: readonly ErrorKind[] = ['auth', 'quota', 'rate_limit', 'upstream', 'timeout'];

/** A message that rejects the form is short, so longer texts aren't searched further. */
const messageLimit = 2000;

type Correction = (form: RequestForm, complaint: Complaint) => RequestForm | null;

/** In this order: a message that names a parameter comes before one about streams in general. */
const corrections: readonly Correction[] = [
  raiseTokenLimit,
  renameTokenLimit,
  dropStreamUsage,
  startStreaming,
  stopStreaming,
];

/**
 * The form to ask in next; null if the last attempt is conclusive. A request that was rejected for its
 * form is changed, and if the channel doesn't serve a route, the other chat routes are tried. Each form is
 * sent at most once.
 */
export function correctRequest(attempts: readonly Attempt[]): RequestForm | null {
  const last = attempts.at(-1);
  if (!last?.exchange.answered || last.exchange.cut !== null || attempts.length >= maxAttempts)
    return null;
  const corrected =
    correctedFormOf(last) ?? (isRouteRefused(last) ? nextRouteForm(attempts) : null);
  const isNew = corrected && !attempts.some((attempt) => isSameForm(attempt.form, corrected));
  return isNew ? corrected : null;
}

/** Whether the channel answered that it doesn't serve this route, which says nothing about the model. */
export function isRouteRefused(attempt: Attempt): boolean {
  const complaint = complaintOf(attempt);
  if (!complaint || !isCorrectable(complaint) || saysModelIsMissing(complaint)) return false;
  return [404, 405].includes(complaint.status) || routeRefused.test(complaint.message);
}

const routeRefused =
  /(unknown|unsupported|invalid|no such|not supported) (endpoint|route|path|url|api)|(endpoint|route|path|url|interface).{0,60}(not (found|supported|implemented|allowed|exist|available)|unsupported|does ?n[o']t (exist|support))|(not|n't) support.{0,40}(endpoint|route|path|\/v1|protocol)|only (supported|available) (in|at|on|via) .{0,12}\/?v1|not (a chat model|supported in the v1)|cannot post|no route|method not allowed|接口不存在|不支持.{0,12}(接口|端点|协议)/i;

function complaintOf({ exchange, reading }: Attempt): Complaint | null {
  if (!exchange.answered || exchange.cut !== null || reading.kind !== 'error') return null;
  const { message } = reading.error;
  return { status: exchange.status, ...reading.error, message: message.slice(0, messageLimit) };
}

function isCorrectable(complaint: Complaint): boolean {
  return complaint.status < 500 && !findings.includes(kindOf(complaint));
}

/** A 200 with an unexplained error counts as the upstream's, but may be about the form. */
function kindOf(complaint: Complaint): ErrorKind {
  const kind = classifyError(complaint);
  return kind === 'upstream' && complaint.status < 300 ? 'bad_request' : kind;
}

function correctedFormOf(attempt: Attempt): RequestForm | null {
  const { form, reading } = attempt;
  // Relays that end a stream without its last event can still answer without streaming.
  if (reading.kind === 'unreadable' && reading.fault === 'broken_stream' && form.stream) {
    return { ...form, stream: false };
  }
  const complaint = complaintOf(attempt);
  if (!complaint || !isCorrectable(complaint) || saysModelIsMissing(complaint)) return null;
  for (const correct of corrections) {
    const corrected = correct(form, complaint);
    if (corrected) return corrected;
  }
  return null;
}

const refusal =
  /unsupported|not (be )?(supported|allowed|permitted|available)|(does|do|is)(n't| not) support|unknown|unrecogni[sz]ed|unexpected|extra inputs|invalid|disabled|must be (set to )?false|verified to stream|不支持|未知/i;
const demand =
  /requir|must|only (support|accept|allow|available)|should be (set to )?true|please (use|set|enable)|need|not support|unsupported|必须|仅支持|只支持|需要|不支持/i;

/** Thinking models may refuse a limit below their budget, or fail with an error when they reach it. */
const limitTooLow =
  /max_\w*tokens.{0,60}(greater than|too (small|low)|at least|minimum|limit was reached)|higher max_\w*tokens/i;

function raiseTokenLimit(form: RequestForm, { message }: Complaint): RequestForm | null {
  if (form.tokenLimit === 'ample' || !limitTooLow.test(message)) return null;
  return { ...form, tokenLimit: 'ample' };
}

function renameTokenLimit(form: RequestForm, { message }: Complaint): RequestForm | null {
  const speaksOfLimit = /\bmax_tokens\b/i.test(message);
  const refuses = refusal.test(message) || /max_completion_tokens/i.test(message);
  if (form.route !== 'chat' || form.tokenLimitField !== 'max_tokens') return null;
  return speaksOfLimit && refuses ? { ...form, tokenLimitField: 'max_completion_tokens' } : null;
}

function dropStreamUsage(form: RequestForm, { message }: Complaint): RequestForm | null {
  if (form.route !== 'chat' || !form.stream || !form.asksStreamUsage) return null;
  return /stream_options|include_usage/i.test(message) ? { ...form, asksStreamUsage: false } : null;
}

function startStreaming(form: RequestForm, { message }: Complaint): RequestForm | null {
  if (form.stream || form.route === 'embeddings') return null;
  return /stream|流式/i.test(message) && demand.test(message) ? { ...form, stream: true } : null;
}

function stopStreaming(form: RequestForm, complaint: Complaint): RequestForm | null {
  if (!form.stream) return null;
  // Gemini streams at its own address; a relay may lack that one and serve the plain one.
  const lacksAddress = form.route === 'gemini' && [404, 405].includes(complaint.status);
  const { message } = complaint;
  const refuses = /stream|流式/i.test(message) && refusal.test(message);
  return lacksAddress || refuses ? { ...form, stream: false } : null;
}

function nextRouteForm(attempts: readonly Attempt[]): RequestForm | null {
  const tried = new Set(attempts.map((attempt) => attempt.form.route));
  if (tried.has('embeddings')) return null;
  const next = chatRoutes.find((route) => !tried.has(route));
  return next ? firstFormOf(next) : null;
}
