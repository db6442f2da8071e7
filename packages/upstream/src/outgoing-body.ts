import type { Dispatcher } from 'undici';

/** A request's body in consecutive pieces; large ones aren't copied. */
export interface OutgoingBody {
  pieces: readonly Buffer[];
  /** Called when sending begins; the returned function is called when the bytes are no longer needed. */
  hold(): () => void;
}

/** A body in a form that undici accepts, for use by one request after the other. */
export interface SentBody {
  content: Buffer | Iterable<Buffer>;
  length: number;
  /**
   * Call it when a request with the body is over, because undici doesn't always finish reading the body.
   */
  release(): void;
}

/** Shorter bodies are sent as one buffer: a copy costs less than a second write. */
const joinedBytes = 16 * 1024;
const sliceBytes = 256 * 1024;
/** undici waits until a slice of this size has been sent before it asks for the next one. */
const waitedForBytes = 64 * 1024;

/** Prepares a body for undici. */
export function sentBodyOf(body: OutgoingBody): SentBody {
  const length = body.pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length <= joinedBytes) return { content: Buffer.concat(body.pieces), length, release() {} };
  let release = () => {};
  const content = {
    *[Symbol.iterator]() {
      release = body.hold();
      yield* slicesOf(body.pieces);
      release();
    },
  };
  return { content, length, release: () => release() };
}

/**
 * Slices, because TLS encrypts everything that it is given at once, so a whole body would be in memory
 * twice. Small ones are copied, because undici doesn't wait until they have been sent.
 */
function* slicesOf(pieces: readonly Buffer[]): Generator<Buffer> {
  for (const piece of pieces) {
    const count = Math.ceil(piece.length / sliceBytes);
    for (let n = 0; n < count; n += 1) {
      const at = (part: number) => Math.floor((part * piece.length) / count);
      const slice = piece.subarray(at(n), at(n + 1));
      yield slice.length < waitedForBytes ? Buffer.from(slice) : slice;
    }
  }
}

/** undici's types leave iterables out; its `Request` takes them (lib/core/request.js). */
export function asUndiciBody(
  content: Buffer | Iterable<Buffer>,
): Exclude<Dispatcher.DispatchOptions['body'], undefined> {
  return content as Buffer;
}
