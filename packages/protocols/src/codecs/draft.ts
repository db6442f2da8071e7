import { type BodyError, noUsage, type TokenUsage, type ToolCall } from '@api-monitor/core';

/** What the events of a stream, or the parts of a body, have contained so far. */
export interface Draft {
  text: string;
  thought: string;
  refusal: string;
  /** By the key that the wire format uses for a call, in the order of the answer. */
  toolCalls: ReadonlyMap<string, ToolCall>;
  stoppedAtLimit: boolean;
  /** Why the provider withheld the answer, in its word; null if it didn't. */
  withheld: string | null;
  usage: TokenUsage;
  /** It said why the model stopped, such as a `finish_reason`: the model itself had its say. */
  saidReason: boolean;
  /** The answer said that it is complete. */
  ended: boolean;
  /** The stream's final event has arrived: nothing follows, even if the connection stays open. */
  isOver: boolean;
  /** The request was accepted, and will be answered later. */
  isAccepted: boolean;
  /** The model has begun to think, whether or not its thoughts are shown. */
  isThinking: boolean;
  /** The stream had an event that isn't JSON, which no SDK can read. */
  isGarbled: boolean;
  /** An error that the stream sent. */
  error: BodyError | null;
}

export const emptyDraft: Draft = {
  text: '',
  thought: '',
  refusal: '',
  toolCalls: new Map(),
  stoppedAtLimit: false,
  withheld: null,
  usage: noUsage,
  saidReason: false,
  ended: false,
  isOver: false,
  isAccepted: false,
  isThinking: false,
  isGarbled: false,
  error: null,
};

/** Whether the model has produced anything so far, including thoughts. */
export function hasToken(draft: Draft): boolean {
  return (
    draft.text !== '' || draft.thought !== '' || draft.refusal !== '' || draft.toolCalls.size > 0
  );
}

/** More than this of a text says nothing more about whether the model works. */
const kept = 1000;

/** The draft of an answer that passes, without what is of no further use. */
export function trimmed(draft: Draft): Draft {
  const { text, thought, refusal } = draft;
  if (text.length <= kept && thought.length <= kept && refusal.length <= kept) return draft;
  const start = (whole: string) => whole.slice(0, kept);
  // A text may begin with many blanks.
  const said = text.trim() === '' ? ' ' : start(text);
  return { ...draft, text: said, thought: start(thought), refusal: start(refusal) };
}

/** Calls beyond this are dropped: no answer to a probe needs them, and a hostile one has thousands. */
const toolCallLimit = 64;

/** Adds a piece to the tool call with this key: its name and arguments arrive in pieces. */
export function addToolCall(draft: Draft, key: string, piece: ToolCall): Draft {
  const known = draft.toolCalls.get(key);
  if (!known && draft.toolCalls.size >= toolCallLimit) return draft;
  const before = known ?? { name: '', arguments: '' };
  const call = {
    name: before.name || piece.name,
    arguments: before.arguments + piece.arguments,
  };
  return { ...draft, toolCalls: new Map(draft.toolCalls).set(key, call) };
}

/** The first of the candidates that isn't blank, else an empty string. */
export function firstText(...candidates: readonly string[]): string {
  return candidates.find((candidate) => candidate.trim() !== '') ?? '';
}
