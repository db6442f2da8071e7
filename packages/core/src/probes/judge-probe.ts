import type { Judgement } from '../evidence/finding.ts';
import { bodyQuoteLimit, judgeAnswer, judgeBreak, quoteLimit } from '../evidence/judge-answer.ts';
import { quote } from '../text/quote.ts';
import { shorten } from '../text/shorten.ts';
import type { Answer, BodyReading } from './answer.ts';
import type { AnsweredExchange, Exchange } from './exchange.ts';
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

/** How many characters of a tool call's arguments are kept, and how many calls. */
const argumentsLimit = 2000;
const toolCallsLimit = 20;

const nothingSaid = { content: '', tool_calls: [], tool_calls_count: 0 };

/** The verdict on one exchange; `reading` is the result of reading its body. */
export function judgeProbe(exchange: Exchange, reading: BodyReading): Verdict {
  const judgement = judgeExchange(exchange, reading);
  const { outcome, kind: error_kind, message: error } = judgement;
  return {
    success: outcome === 'success',
    transport_success: exchange.answered && exchange.cut === null,
    status_code: exchange.answered ? exchange.status : null,
    error,
    error_kind,
    ...(outcome === 'success' && reading.kind === 'answer' ? saidIn(reading.answer) : nothingSaid),
  };
}

/** What one exchange of a probe shows, for the state machine. */
export function judgeExchange(exchange: Exchange, reading: BodyReading): Judgement {
  if (!exchange.answered) {
    return judgeBreak(exchange.kind, quote(exchange.message, quoteLimit));
  }
  if (exchange.cut !== null) return judgeBreak('bad_body', sentenceOfCut(exchange, exchange.cut));
  const { status, headers } = exchange;
  return judgeAnswer({ status, reading, by: 'probe', location: headers.location });
}

const cutSentences = {
  too_long: 'the body is longer than is read',
  undecodable: "the body's compression is broken",
} as const;

function sentenceOfCut({ body }: AnsweredExchange, cut: keyof typeof cutSentences): string {
  const start = quote(body, bodyQuoteLimit);
  return `response parse failed: ${cutSentences[cut]}${start && `, starts with ${start}`}`;
}

function saidIn({ text, toolCalls }: Answer) {
  return {
    content: shorten(text.trim(), contentLimit),
    tool_calls: toolCalls.slice(0, toolCallsLimit).map((call) => ({
      name: shorten(call.name, 256),
      arguments: shorten(call.arguments, argumentsLimit),
    })),
    tool_calls_count: toolCalls.length,
  };
}
