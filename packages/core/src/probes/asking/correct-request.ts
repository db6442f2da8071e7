import type { BodyReading } from '../answer.ts';
import {
  type Complaint,
  type ComplaintTopic,
  mayServeOtherRoute,
  topicOf,
} from '../classify-error.ts';
import type { Exchange } from '../exchange.ts';
import type { Route } from '../route.ts';
import { mendForm, nextLimit, rejectionOf } from './corrections.ts';
import { firstFormOf, isSameForm, type RequestForm } from './request-form.ts';

/** One request that was sent and what came back. */
export interface Attempt {
  form: RequestForm;
  exchange: Exchange;
  reading: BodyReading;
  /** The answer was checked and isn't right; it may have been cut at the token limit. */
  isWrong?: boolean;
}

/** A probe never sends more requests than this, whatever the answers are. */
export const maxAttempts = 8;

/** Tried in this order if a channel doesn't serve a route: most relays translate to chat. */
const chatRoutes: readonly Route[] = ['chat', 'responses', 'anthropic', 'gemini'];

/** The route to ask on instead of one that the channel is set not to serve; null if there is none. */
export function servedRoute(own: Route, isServed: (route: Route) => boolean): Route | null {
  if (isServed(own)) return own;
  return own === 'embeddings' ? null : (chatRoutes.find(isServed) ?? null);
}

/** What another form of the request wouldn't change. */
const conclusive: readonly ComplaintTopic[] = [
  ...(['page', 'gate', 'rate_limit', 'quota', 'auth', 'model_missing', 'timeout'] as const),
];

/**
 * The form to ask in next; null if the last attempt is conclusive. A request that was rejected for its
 * form is changed, and if the channel doesn't serve a route, the other routes are tried. Each form is sent
 * at most once. `isServed`: whether the channel is set to serve a route.
 */
export function correctRequest(
  attempts: readonly Attempt[],
  isServed: (route: Route) => boolean = () => true,
): RequestForm | null {
  const last = attempts.at(-1);
  if (!last?.exchange.answered || last.exchange.cut !== null || attempts.length >= maxAttempts)
    return null;
  const corrected =
    correctedFormOf(last, attempts) ??
    (isRouteRefused(last) ? nextRouteForm(attempts, isServed) : null);
  const isNew = corrected && !attempts.some((attempt) => isSameForm(attempt.form, corrected));
  return isNew ? corrected : null;
}

/** Whether the channel answered that it doesn't serve this route, which says nothing about the model. */
export function isRouteRefused(attempt: Attempt): boolean {
  const complaint = complaintOf(attempt);
  if (!complaint) return false;
  const topic = topicOf(complaint);
  return topic === 'route_refused' || (topic === 'not_chat' && mayServeOtherRoute(complaint));
}

function complaintOf({ exchange, reading }: Attempt): Complaint | null {
  if (!exchange.answered || exchange.cut !== null || reading.kind !== 'error') return null;
  return { status: exchange.status, ...reading.error };
}

function correctedFormOf(attempt: Attempt, attempts: readonly Attempt[]): RequestForm | null {
  const { form, reading } = attempt;
  // Relays that end a stream without its last event can still answer without streaming.
  if (reading.kind === 'unreadable' && reading.fault === 'broken_stream' && form.stream) {
    return { ...form, stream: false };
  }
  if (hasRunOut(attempt)) return withMoreTokens(form, attempts);
  const complaint = complaintOf(attempt);
  if (!complaint || conclusive.includes(topicOf(complaint))) return null;
  return mendForm(form, rejectionOf(complaint));
}

/** Whether the answer was cut at the token limit before it was said, whatever the server calls it. */
function hasRunOut({ form: { tokenLimit }, reading, isWrong }: Attempt): boolean {
  if (reading.kind !== 'answer' || tokenLimit === null) return false;
  const { text, isThoughtOnly, toolCalls, stoppedAtLimit, outputTokens } = reading.answer;
  const isAnswered = (text.trim() !== '' && !isThoughtOnly && !isWrong) || toolCalls.length > 0;
  return !isAnswered && (stoppedAtLimit || (outputTokens ?? 0) >= tokenLimit);
}

/** A higher limit, and once the lowest effort, because it was probably thinking that used the tokens. */
function withMoreTokens(form: RequestForm, attempts: readonly Attempt[]): RequestForm | null {
  const { route, tokenLimit } = form;
  if (tokenLimit === null || route === 'embeddings') return null;
  const isTried = attempts.some((one) => one.form.route === route && one.form.effort !== null);
  const effort = isTried || route === 'anthropic' ? form.effort : 'none';
  return { ...form, tokenLimit: nextLimit(tokenLimit), effort };
}

/** How a complaint names a route, such as "use the /v1/responses endpoint". */
const routeNames: readonly [Route, RegExp][] = [
  ['responses', /\bresponses\b(?! format)/i],
  ['anthropic', /\/messages\b|messages (api|endpoint)/i],
  ['gemini', /generatecontent/i],
  ['embeddings', /\/embeddings\b|embeddings? (api|endpoint|model)/i],
  ['chat', /chat\/?[ _]?completions/i],
];

function nextRouteForm(
  attempts: readonly Attempt[],
  isServed: (route: Route) => boolean,
): RequestForm | null {
  const tried = new Set(attempts.map((attempt) => attempt.form.route));
  if (tried.has('embeddings')) return null;
  const last = attempts.at(-1);
  const message = (last && complaintOf(last)?.message) ?? '';
  const named = routeNames.filter(([, name]) => name.test(message)).map(([route]) => route);
  const next = [...named, ...chatRoutes].find((route) => !tried.has(route) && isServed(route));
  return next ? firstFormOf(next) : null;
}
