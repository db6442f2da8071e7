import type { Endpoint } from '../request/match-route.ts';

/** Watches a stream of events for its proper end, without keeping it. */
export interface StreamEndWatch {
  take(chunk: Buffer): void;
  /** Whether the format's own last word came, or an error in its place. */
  hasEnded(): boolean;
  /** Whether the upstream told of an error within the stream. */
  hasError(): boolean;
}

type Streaming = 'chat' | 'responses' | 'anthropic' | 'gemini';

interface Mark {
  /** Cheap to look for in every chunk; a model may well say them too. */
  words: readonly string[];
  /** Looked at only where a word was found: its place tells the event from what a model says in it. */
  pattern: RegExp;
}

const errorEvent: Mark = {
  words: ['event: error', 'event:error', '{"type":"error"', '{"type": "error"'],
  pattern: /\n(?:event: ?error|data: ?\{"type": ?"error")/,
};
const errorObject: Mark = {
  words: ['{"error"'],
  pattern: /\ndata: ?\{"error": ?[{"]/,
};

// A chat stream is whole with a finish reason too: many relays never send [DONE].
const ends: Record<Streaming, Mark> = {
  chat: {
    words: ['[DONE]', '"finish_reason":"', '"finish_reason": "'],
    pattern: /\ndata: ?\[DONE\]|"finish_reason": ?"/,
  },
  responses: {
    words: ['response.completed', 'response.incomplete', 'response.failed'],
    pattern: /(?:\nevent: ?|"type": ?")response\.(?:completed|incomplete|failed)/,
  },
  anthropic: { words: ['message_stop'], pattern: /(?:\nevent: ?|"type": ?")message_stop/ },
  gemini: { words: ['"finishReason"', '"blockReason"'], pattern: /"(?:finish|block)Reason"/ },
};
const errors: Record<Streaming, readonly Mark[]> = {
  chat: [errorObject],
  responses: [
    errorEvent,
    errorObject,
    { words: ['response.failed'], pattern: /(?:\nevent: ?|"type": ?")response\.failed/ },
  ],
  anthropic: [errorEvent],
  gemini: [errorObject],
};
/** Longer than any of them: what a chunk's end may hold of one that the next completes. */
const overlap = 32;

/** Null for a route whose answers are no event streams. */
export function watchStreamEnd({ route }: Endpoint): StreamEndWatch | null {
  const format = formatOf(route);
  if (!format) return null;
  // A stream begins as a line does.
  let carried: Buffer = Buffer.from('\n');
  let isEnded = false;
  let isError = false;
  return {
    take(chunk) {
      if (isEnded && isError) return;
      const seam = Buffer.concat([carried, chunk.subarray(0, overlap)]);
      const has = ({ words, pattern }: Mark) =>
        words.some((word) => chunk.includes(word) || seam.includes(word)) &&
        pattern.test(carried.toString('latin1') + chunk.toString('latin1'));
      isEnded ||= has(ends[format]);
      isError ||= errors[format].some(has);
      carried = Buffer.from(lastBytes(carried, chunk));
    },
    hasEnded: () => isEnded || isError,
    hasError: () => isError,
  };
}

function lastBytes(carried: Buffer, chunk: Buffer): Buffer {
  if (chunk.length >= overlap) return chunk.subarray(-overlap);
  return Buffer.concat([carried, chunk]).subarray(-overlap);
}

function formatOf(route: Endpoint['route']): Streaming | null {
  switch (route) {
    case 'chat':
    case 'completions':
      return 'chat';
    case 'responses':
    case 'anthropic':
    case 'gemini':
      return route;
    default:
      return null;
  }
}
