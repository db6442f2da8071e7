import type { Dispatcher } from 'undici';

/** An answer's headers: names in lower case; an array if a header came more than once. */
export type AnswerHeaders = Parameters<
  NonNullable<Dispatcher.DispatchHandler['onResponseStart']>
>[2];

/** Receives the answer to one request as it comes. The last call is `onEnd` or `onFault`. */
export interface AnswerHandler {
  onHead(status: number, headers: AnswerHeaders): void;
  /** The handler owns the bytes from now on. */
  onBytes(bytes: Buffer): void;
  onEnd(): void;
  onFault(error: Error): void;
}

/** Controls an answer on its way to its handler; does nothing once the answer has ended. */
export interface AnswerSource {
  pause(): void;
  resume(): void;
  /** Closes the connection, or never sends the request; the handler is not called again. */
  abort(): void;
}

/** A header's value, the first one if it came more than once. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
