import { quote } from '../text/quote.ts';
import { shorten } from '../text/shorten.ts';
import type { Answer, BodyError, BodyFault, BodyReading } from './answer.ts';
import { classifyError } from './classify-error.ts';
import type { AnsweredExchange, Exchange, UnansweredExchange } from './exchange.ts';
import { contentLimit, type ProbeResult } from './probe-row.ts';

/** Whether the model is alive, as a row of `run_models` tells it. */
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

/** How much of a body's own words an error sentence quotes. */
const quoteLimit = 500;
/** How much of a body that nobody could read. */
const bodyQuoteLimit = 200;
/** Tool calls are kept whole up to this many characters of arguments, and this many calls. */
const argumentsLimit = 2000;
const toolCallsLimit = 20;

const nothingSaid = { content: '', tool_calls: [], tool_calls_count: 0 };

/**
 * The verdict on one exchange; `reading` is what its body turned out to be. The order of the
 * questions is the product's rule: an answer at all, its status, an error within, its form, its text.
 */
export function judgeProbe(exchange: Exchange, reading: BodyReading): Verdict {
  if (!exchange.answered) return unanswered(exchange);
  if (exchange.cut !== null) return notWhole(exchange, exchange.cut);
  const { status } = exchange;
  if (status < 200 || status > 299) return refused(exchange, reading);
  switch (reading.kind) {
    case 'error':
      return failed(status, `response error: ${quote(messageOf(reading.error), quoteLimit)}`, {
        kind: classifyError({ status, ...reading.error }),
      });
    case 'unreadable':
      return failed(status, `response parse failed: ${describeFault(reading)}`, {
        kind: 'bad_body',
      });
    case 'answer':
      return judgeAnswer(status, reading.answer);
  }
}

function unanswered({ message, kind }: UnansweredExchange): Verdict {
  const verdict = failed(null, quote(message, quoteLimit), { kind });
  return { ...verdict, transport_success: false };
}

const cutSentences = {
  too_long: 'the body is longer than is read',
  undecodable: "the body's compression is broken",
} as const;

function notWhole(exchange: AnsweredExchange, cut: keyof typeof cutSentences): Verdict {
  const start = quote(exchange.body, bodyQuoteLimit);
  const error = `response parse failed: ${cutSentences[cut]}${start && `, starts with ${start}`}`;
  const verdict = failed(exchange.status, error, { kind: 'bad_body' });
  return { ...verdict, transport_success: false };
}

function refused({ status, headers }: AnsweredExchange, reading: BodyReading): Verdict {
  const error = reading.kind === 'error' ? reading.error : nameless;
  const message =
    quote(error.message, quoteLimit) || redirectMessage(headers.location) || 'no message';
  return failed(status, `HTTP ${status}: ${message}`, {
    kind: classifyError({ status, ...error }),
  });
}

const nameless: BodyError = { message: '', type: null, code: null };

/**
 * Says where a redirect leads that wasn't followed: to another origin, which must not get the key, or
 * somewhere that can't be asked by POST. Null without a location.
 */
export function redirectMessage(location: string | undefined): string | null {
  if (location === undefined) return null;
  const origin = /^https?:\/\/[^/?#]*/i.exec(location)?.[0];
  return `redirects to ${quote(origin ?? location, quoteLimit)}, not followed`;
}

function judgeAnswer(status: number, answer: Answer): Verdict {
  const hasWorked =
    answer.text.trim() !== '' || answer.toolCalls.length > 0 || stoppedWhileThinking(answer);
  if (!hasWorked) return failed(status, 'no readable text', { kind: 'no_text' });
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

function failed(
  status: number | null,
  error: string,
  { kind }: { kind: Exclude<ProbeResult['error_kind'], null> },
): Verdict {
  return {
    success: false,
    transport_success: status !== null,
    status_code: status,
    error,
    error_kind: kind,
    ...nothingSaid,
  };
}

const faultSentences: Record<BodyFault, string> = {
  empty: 'empty body',
  html: 'an HTML page, starts with',
  not_json: 'not JSON, starts with',
  broken_stream: 'the event stream broke off, starts with',
};

function describeFault({ fault, body }: { fault: BodyFault; body: string }): string {
  return fault === 'empty'
    ? faultSentences.empty
    : `${faultSentences[fault]} ${quote(body, bodyQuoteLimit)}`;
}

function messageOf({ message, type, code }: BodyError): string {
  return message.trim() || type || code || 'no message';
}
