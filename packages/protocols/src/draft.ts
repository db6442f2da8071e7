import type { Answer, BodyError, ToolCall } from '@api-monitor/core';

/** An answer under way: what the events of a stream, or the parts of a body, have told so far. */
export interface Draft {
  text: string;
  thought: string;
  refusal: string;
  /** By the key that the wire format tells calls apart with; insertion order is the answer's. */
  toolCalls: ReadonlyMap<string, ToolCall>;
  stoppedAtLimit: boolean;
  outputTokens: number | null;
  reasoningTokens: number | null;
  /** The answer said that it is complete. */
  ended: boolean;
  /** The stream's own last word came: nothing follows, whatever the connection does. */
  isOver: boolean;
  /** An error that came in the midst of the stream. */
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

/** Whether the model has produced anything yet, seen or thought. */
export function hasToken(draft: Draft): boolean {
  return (
    draft.text !== '' || draft.thought !== '' || draft.refusal !== '' || draft.toolCalls.size > 0
  );
}

/** Further calls are not kept: no answer to a probe needs them, and a hostile one has thousands. */
const toolCallLimit = 64;

/** Adds a piece to the tool call under `key`; a call's name and arguments come bit by bit. */
export function addToolCall(draft: Draft, key: string, piece: ToolCall): Draft {
  const known = draft.toolCalls.get(key);
  if (!known && draft.toolCalls.size >= toolCallLimit) return draft;
  const sofar = known ?? { name: '', arguments: '' };
  const call = {
    name: sofar.name || piece.name,
    arguments: sofar.arguments + piece.arguments,
  };
  return { ...draft, toolCalls: new Map(draft.toolCalls).set(key, call) };
}

/** The answer that a draft holds; `text` is what of it counts as text on the route. */
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
