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

// A chat stream is whole with a finish reason too: many relays never send [DONE].
const ends: Record<Streaming, readonly string[]> = {
  chat: ['[DONE]', '"finish_reason":"', '"finish_reason": "'],
  responses: ['response.completed', 'response.incomplete', 'response.failed'],
  anthropic: ['message_stop'],
  gemini: ['"finishReason"', '"blockReason"'],
};
const errors: Record<Streaming, readonly string[]> = {
  chat: ['data: {"error"', 'data:{"error"'],
  responses: ['event: error', 'event:error', 'response.failed'],
  anthropic: ['event: error', 'event:error'],
  gemini: ['data: {"error"', 'data:{"error"'],
};
/** The longest of them but one byte: what a chunk's end may hold of one that the next completes. */
const overlap = 20;

/** Null for a route whose answers are no event streams. */
export function watchStreamEnd({ route }: Endpoint): StreamEndWatch | null {
  const format = formatOf(route);
  if (!format) return null;
  let carried: Buffer = Buffer.alloc(0);
  let isEnded = false;
  let isError = false;
  const has = (words: readonly string[], chunk: Buffer, seam: Buffer | null) =>
    words.some((word) => chunk.includes(word) || (seam?.includes(word) ?? false));
  return {
    take(chunk) {
      if (isEnded && isError) return;
      const seam = carried.length > 0 ? Buffer.concat([carried, chunk.subarray(0, overlap)]) : null;
      isEnded ||= has(ends[format], chunk, seam);
      isError ||= has(errors[format], chunk, seam);
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
