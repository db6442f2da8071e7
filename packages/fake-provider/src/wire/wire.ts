import type { Reply } from '../reply.ts';

/** An event of a stream; a string is sent as it is. */
export interface WireEvent {
  event?: string;
  data: unknown;
}

/** How one route writes its answers, from its documentation and not from what reads it. */
export interface Wire {
  json(reply: Reply, model: string): Record<string, unknown>;
  events(reply: Reply, model: string): WireEvent[];
  error(message: string, type: string, status: number): Record<string, unknown>;
  /** An answer without any part, and one whose parts are null. */
  empty: { none: Record<string, unknown>; null: Record<string, unknown> };
}

/** OpenAI's error body, which most others share. */
export function openaiError(message: string, type: string): Record<string, unknown> {
  return { error: { message, type, param: null, code: null } };
}
