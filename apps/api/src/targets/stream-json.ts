import type { Context, TypedResponse } from 'hono';
import type { JSONParsed } from 'hono/utils/types';

/** Answers with JSON that is already text, or a stream of it. The caller guarantees that it is a `Shape`. */
export function rawJson<Shape>(
  c: Context,
  text: string | ReadableStream,
): Response & TypedResponse<JSONParsed<Shape>, 200, 'json'> {
  const response = c.body(text, 200, { 'content-type': 'application/json' });
  return response as unknown as Response & TypedResponse<JSONParsed<Shape>, 200, 'json'>;
}

/**
 * The texts, one after the other, as UTF-8. Each is written into its place in one buffer: joining them as
 * text first would copy them twice more, and a single "…" would double the size of all.
 */
export function encodePieces(pieces: readonly string[]): Buffer<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) at += bytes.write(piece, at);
  return bytes;
}

/**
 * A stream of pieces, each made when the one before was taken. `ReadableStream.from` does the same, but
 * isn't in the DOM's types, and the web room type-checks this file with those.
 */
export function streamPieces(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
