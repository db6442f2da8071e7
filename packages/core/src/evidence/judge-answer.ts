import type { Answer, BodyError, BodyFault, BodyReading } from '../probes/answer.ts';
import {
  type Complaint,
  type ComplaintTopic,
  isLimitOfModel,
  isOfModelAlone,
  kindByTopic,
  namesParameter,
  topicOf,
} from '../probes/classify-error.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import { quote } from '../text/quote.ts';
import { withoutQuotes } from '../text/without-quotes.ts';
import type { FindingScope, Judgement } from './finding.ts';

/** An answer as far as it has been read. */
export interface JudgedAnswer {
  status: number;
  reading: BodyReading;
  /** A probe's question is ours, so a complaint about it is a failure; a client's is the client's fault. */
  by: 'probe' | 'traffic';
  /** Where a redirect leads that wasn't followed. */
  location?: string | undefined;
}

/** How many characters of a body's error message are quoted. */
export const quoteLimit = 500;
/** How many characters of an unreadable body are quoted. */
export const bodyQuoteLimit = 200;

/** Judges an answer, by the same rules for a probe's and for a client's. */
export function judgeAnswer({ status, reading, by, location }: JudgedAnswer): Judgement {
  switch (reading.kind) {
    case 'answer':
      return judgeWork(reading.answer, by);
    case 'silence':
      return nothing('an empty transcription', false);
    case 'unreadable':
      return failure('bad_body', sentenceOfFault(reading, by));
    case 'error': {
      const message = sentenceOfError(status, reading.error, location);
      return judgeComplaint({ status, ...reading.error }, message, by);
    }
  }
}

/** Judges that no answer came, or that it broke off. */
export function judgeBreak(kind: ErrorKind, message: string): Judgement {
  return failure(kind, message);
}

/** Whether the model did something, even if it has no text. */
export function hasWorked(answer: Answer): boolean {
  const hasOutput = answer.text.trim() !== '' || answer.toolCalls.length > 0;
  return hasOutput || answer.isAccepted || stoppedWhileThinking(answer);
}

/** Anthropic's streams begin with this count, before the model has done anything. */
const firstCountOfStream = 1;

function stoppedWhileThinking(answer: Answer): boolean {
  const hasCounted = (answer.outputTokens ?? 0) > firstCountOfStream;
  return answer.stoppedAtLimit && (answer.hasThought || hasCounted);
}

function judgeWork(answer: Answer, by: JudgedAnswer['by']): Judgement {
  if (hasWorked(answer)) return success;
  const message = 'no readable text';
  if (by === 'probe') return failure('no_text', message);
  // The client set the limit, so that it was reached shows nothing.
  if (answer.stoppedAtLimit) return nothing(message, false);
  // To some requests, such as the result of a tool, a model has nothing to add; another may have.
  return answer.saidReason ? nothing(message, true) : failure('no_text', message);
}

const success: Judgement = {
  outcome: 'success',
  kind: null,
  scope: 'route',
  message: null,
  may_another_serve: false,
};

function failure(kind: ErrorKind, message: string, scope: FindingScope = 'model'): Judgement {
  return { outcome: 'failure', kind, scope, message, may_another_serve: true };
}

function nothing(message: string, may_another_serve: boolean): Judgement {
  return { outcome: 'none', kind: null, scope: 'route', message, may_another_serve };
}

function judgeComplaint(complaint: Complaint, message: string, by: JudgedAnswer['by']): Judgement {
  const topic = topicOf(complaint, by);
  const kind = kindByTopic[topic];
  switch (topic) {
    case 'gate':
      return { outcome: 'gated', kind, scope: 'model', message, may_another_serve: true };
    case 'route_refused':
    case 'not_chat':
      return { outcome: 'refused', kind, scope: 'route', message, may_another_serve: true };
    case 'quota':
    case 'auth':
      return isOfModelAlone(complaint) ? failure(kind, message) : ofChannel(kind, message, by);
    case 'rate_limit':
      return isLimitOfModel(complaint) ? failure(kind, message) : ofChannel(kind, message, by);
    case 'too_long':
    case 'policy':
    case 'lost_state':
    case 'request':
      return by === 'probe'
        ? failure(kind, message)
        : nothing(message, mayAnotherServe(topic, complaint));
    default:
      return failure(kind, message);
  }
}

/** A channel's fault is told to all clients, so it mustn't quote one's request. */
function ofChannel(kind: ErrorKind, message: string, by: JudgedAnswer['by']): Judgement {
  return failure(kind, by === 'traffic' ? withoutQuotes(message) : message, 'channel');
}

/**
 * Channels differ in how much they read and in whose state they know; and what a broken server says about a
 * request may be wrong.
 */
function mayAnotherServe(topic: ComplaintTopic, complaint: Complaint): boolean {
  if (topic === 'too_long' || topic === 'lost_state') return true;
  if (topic !== 'request') return false;
  return complaint.status >= 500 || (mayBeChannels(complaint) && !namesParameter(complaint));
}

/** Whether it sounds like a fault of the channel, though it may only repeat the client's words. */
function mayBeChannels(complaint: Complaint): boolean {
  return topicOf(complaint, 'probe') !== topicOf(complaint, 'traffic');
}

function sentenceOfError(status: number, error: BodyError, location: string | undefined): string {
  if (status >= 200 && status < 300) {
    const { message, type, code } = error;
    return `response error: ${quote(message.trim() || type || code || 'no message', quoteLimit)}`;
  }
  const message = quote(error.message, quoteLimit) || redirectMessage(location) || 'no message';
  return `HTTP ${status}: ${message}`;
}

/**
 * Says where a redirect leads that wasn't followed, because another origin must not get the key, or because
 * the redirect would turn the POST into a GET. null without a location.
 */
export function redirectMessage(location: string | undefined): string | null {
  if (location === undefined) return null;
  const origin = /^https?:\/\/[^/?#]*/i.exec(location)?.[0];
  return `redirects to ${quote(origin ?? location, quoteLimit)}, not followed`;
}

const faultSentences: Record<Exclude<BodyFault, 'empty'>, string> = {
  html: 'an HTML page',
  not_json: 'not JSON',
  broken_stream: 'the event stream broke off',
};

/** A client's answer isn't quoted, because it is the client's. */
function sentenceOfFault(
  { fault, body }: { fault: BodyFault; body: string },
  by: JudgedAnswer['by'],
): string {
  if (fault === 'empty') return 'response parse failed: empty body';
  const start = by === 'probe' ? `, starts with ${quote(body, bodyQuoteLimit)}` : '';
  return `response parse failed: ${faultSentences[fault]}${start}`;
}
