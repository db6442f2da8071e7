import type { Socket } from 'node:net';

/** More isn't read before the session is open. */
const limitBytes = 64 * 1024;

/**
 * Reads a connection whose upgrade hasn't been answered, because otherwise it wouldn't be noticed that the
 * client has left. What has come by then belongs to the session.
 */
export class EarlyBytes {
  readonly #socket: Socket;
  #chunks: Buffer[];
  #length = 0;

  constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    this.#chunks = [head];
    socket.on('data', this.#onData).on('end', this.#onEnd);
  }

  /** Returns what has come; the next reader has to begin at once. */
  take(): Buffer {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd);
    this.#socket.resume();
    return Buffer.concat(this.#chunks);
  }

  #onData = (chunk: Buffer): void => {
    this.#chunks.push(Buffer.from(chunk));
    this.#length += chunk.length;
    if (this.#length > limitBytes) this.#socket.pause();
  };

  /** A server's connections stay half open by themselves. */
  #onEnd = (): void => void this.#socket.destroy();
}
