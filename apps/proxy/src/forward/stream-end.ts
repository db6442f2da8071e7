import type { Endpoint } from '../request/match-route.ts';

/** Watches a stream of events for its end, without keeping it. */
export interface StreamEndWatch {
  take(chunk: Buffer): void;
  /** Whether the format's own end came, or an error in its place. */
  hasEnded(): boolean;
  /** Whether the stream contained an error. */
  hasError(): boolean;
  /** Whether the error is about what the client sent. */
  isClientError(): boolean;
}

type Streaming = 'chat' | 'responses' | 'anthropic' | 'gemini';

interface Mark {
  /** Cheap to find in every chunk, but a model's text may contain them too. */
  words: readonly Buffer[];
  /** Tried only if a word was found: it distinguishes the event from text that a model wrote. */
  pattern: RegExp;
}

const words = (...texts: string[]) => texts.map((text) => Buffer.from(text));

const errorEvent: Mark = {
  words: words('event: error', 'event:error', '{"type":"error"', '{"type": "error"'),
  pattern: /\n(?:event: ?error|data: ?\{"type": ?"error")/,
};
const errorObject: Mark = {
  words: words('{"error"'),
  pattern: /\ndata: ?\{"error": ?[{"]/,
};

/** How much of an error is read to find out whose fault it is. */
const errorLimitBytes = 8 * 1024;
// From the documentation of each API's errors. In a text that quotes them, the quotes are escaped.
const clientsWords = [
  'invalid_request_error',
  'request_too_large',
  'context_length_exceeded',
  'string_above_max_length',
  'invalid_prompt',
  'invalid_image\\w*',
  'content_policy\\w*',
  'content_filter\\w*',
  'cyber_policy\\w*',
  'INVALID_ARGUMENT',
];
const clientError = new RegExp(`"(?:type|code|status)"\\s*:\\s*"(?:${clientsWords.join('|')})"`);

// A finish reason ends a chat stream too, because many relays never send [DONE].
const ends: Record<Streaming, Mark> = {
  chat: {
    words: words('[DONE]', '"finish_reason":"', '"finish_reason": "'),
    pattern: /\ndata: ?\[DONE\]|"finish_reason": ?"/,
  },
  responses: {
    words: words('response.completed', 'response.incomplete', 'response.failed'),
    pattern: /(?:\nevent: ?|"type": ?")response\.(?:completed|incomplete|failed)/,
  },
  anthropic: { words: words('message_stop'), pattern: /(?:\nevent: ?|"type": ?")message_stop/ },
  gemini: { words: words('"finishReason"', '"blockReason"'), pattern: /"(?:finish|block)Reason"/ },
};
const errors: Record<Streaming, readonly Mark[]> = {
  chat: [errorObject],
  responses: [
    errorEvent,
    errorObject,
    { words: words('response.failed'), pattern: /(?:\nevent: ?|"type": ?")response\.failed/ },
  ],
  anthropic: [errorEvent],
  gemini: [errorObject],
};
/** How much of a chunk is kept, because the next one may complete a word; longer than any word. */
const overlap = 32;
const newline: Buffer = Buffer.from('\n');

/** Null for a route whose answers aren't event streams. */
export function watchStreamEnd({ route }: Endpoint): StreamEndWatch | null {
  const format = formatOf(route);
  if (!format) return null;
  // The start of a stream is the start of a line.
  let carried = newline;
  let isEnded = false;
  let errorText: string | null = null;
  return {
    take(chunk) {
      if (errorText !== null) {
        if (errorText.length < errorLimitBytes) errorText += chunk.toString('latin1');
        return;
      }
      // No word contains a line feed, and most chunks end with one.
      const seam =
        carried === newline ? null : Buffer.concat([carried, chunk.subarray(0, overlap)]);
      const has = ({ words, pattern }: Mark) =>
        words.some((word) => chunk.includes(word) || (seam?.includes(word) ?? false)) &&
        pattern.test(carried.toString('latin1') + chunk.toString('latin1'));
      isEnded ||= has(ends[format]);
      if (errors[format].some(has)) errorText = carried.toString('latin1') + lastText(chunk);
      carried = chunk.at(-1) === 0x0a ? newline : lastBytes(carried, chunk);
    },
    hasEnded: () => isEnded || errorText !== null,
    hasError: () => errorText !== null,
    isClientError: () => errorText !== null && clientError.test(errorText),
  };
}

function lastText(chunk: Buffer): string {
  return chunk.subarray(-errorLimitBytes).toString('latin1');
}

/** A copy, so that the chunk itself isn't kept. */
function lastBytes(carried: Buffer, chunk: Buffer): Buffer {
  if (chunk.length >= overlap) return Buffer.from(chunk.subarray(-overlap));
  return Buffer.from(Buffer.concat([carried, chunk]).subarray(-overlap));
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
