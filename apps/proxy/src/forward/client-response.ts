import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** What is read of a request besides its body. */
export type ClientRequest = Pick<IncomingMessage, 'headers' | 'headersDistinct' | 'rawHeaders'>;

/** What an answer is written to, with the behaviour of `ServerResponse` in node:http. */
export interface ClientResponse {
  readonly headersSent: boolean;
  /** Nothing reaches the client any more. */
  readonly destroyed: boolean;
  /** The bytes that the client hasn't taken yet. */
  readonly writableLength: number;
  /** Its connection, which a reset cuts off. */
  readonly req: { readonly socket: { resetAndDestroy(): unknown } };
  writeHead(status: number, headers: string[] | OutgoingHttpHeaders): unknown;
  flushHeaders(): void;
  /** False if the client should read before more is written; `drain` then tells when. */
  write(bytes: Buffer): boolean;
  end(bytes: Buffer | null): unknown;
  end(text: string, encoding: 'latin1'): unknown;
  destroy(): unknown;
  on(event: 'close', listener: () => void): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
}
