import type { ServerResponse } from 'node:http';

/** What is shorter goes out in one piece with its headers, as text of bytes, instead of in two. */
const joinedBytes = 16 * 1024;
const lastChunk: Buffer = Buffer.from('0\r\n\r\n');

/**
 * An answer on its way into the client's connection. What comes in pieces is framed here (RFC 9112,
 * 7.1), a chunk in one buffer: Node writes its size, its bytes and the ends of their lines one by one,
 * which takes twice the time.
 */
export class AnswerBody {
  readonly #response: ServerResponse;
  #isFramed = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Names and values in turn. */
  begin(status: number, headers: string[]): void {
    const response = this.#response;
    response.writeHead(status, headers);
    this.#isFramed = response.chunkedEncoding;
    response.chunkedEncoding = false;
  }

  /** False where the client reads more slowly than this is written. */
  write(bytes: Buffer): boolean {
    return this.#response.write(this.#isFramed ? chunkOf(bytes) : bytes);
  }

  /** Ends it, and leaves a client that doesn't take the last of it within the time. */
  endInTime(bytes: Buffer | null, timeoutMs: number): void {
    const response = this.#response;
    if (this.#isFramed)
      response.end(bytes ? Buffer.concat([chunkOf(bytes), lastChunk]) : lastChunk);
    else if (!bytes) response.end();
    else if (bytes.length <= joinedBytes) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
    if (response.writableLength === 0) return;
    const timer = setTimeout(() => response.destroy(), timeoutMs);
    response.once('close', () => clearTimeout(timer));
  }
}

/** No chunk is empty: that is how the last one is told. */
function chunkOf(bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes;
  const size = `${bytes.length.toString(16)}\r\n`;
  const chunk = Buffer.allocUnsafe(size.length + bytes.length + 2);
  chunk.write(size, 0, 'latin1');
  bytes.copy(chunk, size.length);
  chunk.write('\r\n', size.length + bytes.length, 'latin1');
  return chunk;
}
