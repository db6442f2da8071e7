import type { Answer, BodyError, ToolCall } from '@api-monitor/core';

/** What the events of a stream, or the parts of a body, have contained so far. */
export interface Draft {
  text: string;
  thought: string;
  refusal: string;
  /** By the key that the wire format uses for a call, in the order of the answer. */
  toolCalls: ReadonlyMap<string, ToolCall>;
  stoppedAtLimit: boolean;
  outputTokens: number | null;
  reasoningTokens: number | null;
  /** The answer said that it is complete. */
  ended: boolean;
  /** The stream's final event has arrived: nothing follows, even if the connection stays open. */
  isOver: boolean;
  /** An error that the stream sent. */
  error: BodyError | null;
}

export const emptyDraft: Draft = {
  text: '',
  thought: '',
  refusal: '',
  toolCalls: new Map(),
  stoppedAtLimit: false,
  outputTokens: null,
  reasoningTokens: null,
  ended: false,
  isOver: false,
  error: null,
};

/** Whether the model has produced anything so far, including thoughts. */
export function hasToken(draft: Draft): boolean {
  return (
    draft.text !== '' || draft.thought !== '' || draft.refusal !== '' || draft.toolCalls.size > 0
  );
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

/** The answer in a draft; `text` is what counts as text on the route. */
export function answerOf(draft: Draft, text: string): Answer {
  return {
    text,
    hasThought: draft.thought !== '',
    toolCalls: [...draft.toolCalls.values()],
    stoppedAtLimit: draft.stoppedAtLimit,
    outputTokens: draft.outputTokens,
    reasoningTokens: draft.reasoningTokens,
  };
}

/** The first of the candidates that isn't blank, else an empty string. */
export function firstText(...candidates: readonly string[]): string {
  return candidates.find((candidate) => candidate.trim() !== '') ?? '';
}
