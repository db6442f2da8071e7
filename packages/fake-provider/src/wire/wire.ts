/** What the fake model says, in any wire format. */
export interface Reply {
  text: string;
  thought: string;
  refusal: string;
  toolCall: { name: string; arguments: string } | null;
  /** Why it stopped. */
  stop: 'end' | 'limit' | 'tool';
  /** Chat content as one string or as an array of parts. */
  contentAs: 'string' | 'parts';
  outputTokens: number;
  thoughtTokens: number;
}

/** A reply with these parts; by default it says nothing and ends well. */
export function replyWith(parts: Partial<Reply>): Reply {
  return {
    text: '',
    thought: '',
    refusal: '',
    toolCall: null,
    stop: 'end',
    contentAs: 'string',
    outputTokens: 12,
    thoughtTokens: 0,
    ...parts,
  };
}

/** The pieces in which a stream sends a text. */
export function piecesOf(text: string): string[] {
  return text.match(/.{1,6}/gsu) ?? [];
}

/** An event of a stream; a string as data is sent unchanged. */
export interface WireEvent {
  event?: string;
  data: unknown;
}

/** How one route writes its answers. Written from its documentation, not from the code that reads it. */
export interface Wire {
  json(reply: Reply, model: string): Record<string, unknown>;
  events(reply: Reply, model: string): WireEvent[];
  error(message: string, type: string, status: number): Record<string, unknown>;
  /** An answer without any part, and one whose parts are null. */
  empty: { none: Record<string, unknown>; null: Record<string, unknown> };
}

/** An event that has its type in its data as well. */
export function namedEvent(type: string, fields: object): WireEvent {
  return { event: type, data: { type, ...fields } };
}

/** OpenAI's error body, which most others share. */
export function openaiError(message: string, type: string): Record<string, unknown> {
  return { error: { message, type, param: null, code: null } };
}
