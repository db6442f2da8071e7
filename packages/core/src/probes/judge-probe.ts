import { quote } from '../text/quote.ts';
import { shorten } from '../text/shorten.ts';
import type { Answer, BodyError, BodyFault, BodyReading } from './answer.ts';
import { classifyError } from './classify-error.ts';
import type { ErrorKind } from './error-kind.ts';
import type { AnsweredExchange, Exchange, UnansweredExchange } from './exchange.ts';
import { contentLimit } from './probe-limits.ts';
import type { ProbeResult } from './probe-row.ts';

/** Whether the model is alive, in the columns of `run_models`. */
export type Verdict = Pick<
  ProbeResult,
  | 'success'
  | 'transport_success'
  | 'status_code'
  | 'error'
  | 'error_kind'
  | 'content'
  | 'tool_calls'
  | 'tool_calls_count'
>;

/** How many characters of a body's error message are quoted. */
const quoteLimit = 500;
/** How many characters of an unreadable body are quoted. */
const bodyQuoteLimit = 200;
/** How many characters of a tool call's arguments are kept, and how many calls. */
const argumentsLimit = 2000;
const toolCallsLimit = 20;

const nothingSaid = { content: '', tool_calls: [], tool_calls_count: 0 };

/**
 * The verdict on one exchange; `reading` is the result of reading its body. The checks come in a fixed
 * order: whether an answer arrived, its status, an error in its body, its format, its text.
 */
export function judgeProbe(exchange: Exchange, reading: BodyReading): Verdict {
  if (!exchange.answered) return unanswered(exchange);
  if (exchange.cut !== null) return notWhole(exchange, exchange.cut);
  const { status } = exchange;
  if (status < 200 || status > 299) return refused(exchange, reading);
  switch (reading.kind) {
    case 'error':
      return failed(
        status,
        classifyError({ status, ...reading.error }),
        `response error: ${quote(messageOf(reading.error), quoteLimit)}`,
      );
    case 'unreadable':
      return failed(status, 'bad_body', `response parse failed: ${describeFault(reading)}`);
    case 'answer':
      return judgeAnswer(status, reading.answer);
  }
}

function unanswered({ message, kind }: UnansweredExchange): Verdict {
  return failed(null, kind, quote(message, quoteLimit));
}

const cutSentences = {
  too_long: 'the body is longer than is read',
  undecodable: "the body's compression is broken",
} as const;

function notWhole(exchange: AnsweredExchange, cut: keyof typeof cutSentences): Verdict {
  const start = quote(exchange.body, bodyQuoteLimit);
  const error = `response parse failed: ${cutSentences[cut]}${start && `, starts with ${start}`}`;
  return { ...failed(exchange.status, 'bad_body', error), transport_success: false };
}

function refused({ status, headers }: AnsweredExchange, reading: BodyReading): Verdict {
  const error = reading.kind === 'error' ? reading.error : nameless;
  const message =
    quote(error.message, quoteLimit) || redirectMessage(headers.location) || 'no message';
  return failed(status, classifyError({ status, ...error }), `HTTP ${status}: ${message}`);
}

const nameless: BodyError = { message: '', type: null, code: null };

/**
 * Says where a redirect leads that wasn't followed, because another origin must not get the key, or because
 * the redirect would turn the POST into a GET. null without a location.
 */
export function redirectMessage(location: string | undefined): string | null {
  if (location === undefined) return null;
  const origin = /^https?:\/\/[^/?#]*/i.exec(location)?.[0];
  return `redirects to ${quote(origin ?? location, quoteLimit)}, not followed`;
}

function judgeAnswer(status: number, answer: Answer): Verdict {
  const hasWorked =
    answer.text.trim() !== '' || answer.toolCalls.length > 0 || stoppedWhileThinking(answer);
  if (!hasWorked) return failed(status, 'no_text', 'no readable text');
  return {
    success: true,
    transport_success: true,
    status_code: status,
    error: null,
    error_kind: null,
    content: shorten(answer.text.trim(), contentLimit),
    tool_calls: answer.toolCalls.slice(0, toolCallsLimit).map((call) => ({
      name: shorten(call.name, 256),
      arguments: shorten(call.arguments, argumentsLimit),
    })),
    tool_calls_count: answer.toolCalls.length,
  };
}

function stoppedWhileThinking(answer: Answer): boolean {
  return answer.stoppedAtLimit && (answer.hasThought || (answer.outputTokens ?? 0) > 0);
}

function failed(status_code: number | null, error_kind: ErrorKind, error: string): Verdict {
  const transport_success = status_code !== null;
  return { success: false, transport_success, status_code, error, error_kind, ...nothingSaid };
}

const faultSentences: Record<Exclude<BodyFault, 'empty'>, string> = {
  html: 'an HTML page',
  not_json: 'not JSON',
  broken_stream: 'the event stream broke off',
};

function describeFault({ fault, body }: { fault: BodyFault; body: string }): string {
  if (fault === 'empty') return 'empty body';
  return `${faultSentences[fault]}, starts with ${quote(body, bodyQuoteLimit)}`;
}

function messageOf({ message, type, code }: BodyError): string {
  return message.trim() || type || code || 'no message';
}
