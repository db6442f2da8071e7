/** What the fake model says, before a wire format is chosen. */
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

/** A plain good answer, or one that differs from it in what is given. */
export function replyWith(part: Partial<Reply>): Reply {
  return {
    text: '',
    thought: '',
    refusal: '',
    toolCall: null,
    stop: 'end',
    contentAs: 'string',
    outputTokens: 12,
    thoughtTokens: 0,
    ...part,
  };
}

/** The pieces in which a stream sends a text. */
export function piecesOf(text: string): string[] {
  return text.match(/.{1,6}/gsu) ?? [];
}
