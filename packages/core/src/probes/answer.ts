import type { ToolCall } from './probe-row.ts';

/** A model's answer in any wire format. Nothing is shortened yet. */
export interface Answer {
  /** What counts as text on this route; empty if the model said nothing. */
  text: string;
  /** Some reasoning was visible, though it may not count as text on this route. */
  hasThought: boolean;
  /** The text is the reasoning, because nothing else was said. */
  isThoughtOnly: boolean;
  toolCalls: ToolCall[];
  /** The request was accepted, and will be answered later (Responses in the background). */
  isAccepted: boolean;
  /** It says why the model stopped, so that an empty answer is the model's own. */
  saidReason: boolean;
  /** The model was stopped at the token limit. */
  stoppedAtLimit: boolean;
  /** By the usage report; null if there was none. */
  inputTokens: number | null;
  /** By the usage report, reasoning included; null if there was none. */
  outputTokens: number | null;
  /** How many of `outputTokens` went into reasoning; null if the report doesn't say. */
  reasoningTokens: number | null;
}

/**
 * How far a streamed answer has come, by its own events. `complete`: the answer is whole, though a usage
 * report may follow. `over`: the stream's last event, or an error, came.
 */
export type AnswerProgress = 'under_way' | 'complete' | 'over';

/** An error that a body contains, in the provider's words. */
export interface BodyError {
  message: string;
  /** The provider's name for the kind of error, e.g. `rate_limit_error`. */
  type: string | null;
  /** The provider's code, e.g. `model_not_found`, or a number as text. */
  code: string | null;
  /** The parts of the request that it names, e.g. `stream_options.include_usage`. */
  param: string | null;
}

/** The `type` of an error that is an HTML page, which no API writes itself; a proxy in front of it does. */
export const pageErrorType = 'html_page';
/** The `type` of an answer that the provider withheld for what it, or the question, contains. */
export const withheldErrorType = 'content_filter';

/** The result of reading a body. */
export type BodyReading =
  | { kind: 'answer'; answer: Answer /** It came as an event stream. */; streamed: boolean }
  | { kind: 'error'; error: BodyError; streamed: boolean }
  /** An empty transcription as text: nobody spoke, or the model failed. */
  | { kind: 'silence' }
  | { kind: 'unreadable'; fault: BodyFault; body: string };

/** Why a body can't be read. `broken_stream`: an event stream without its end. */
export type BodyFault = 'empty' | 'html' | 'not_json' | 'broken_stream';
