/**
 * A stream of an answer's pieces, each made when the one before it was taken. By hand, because
 * `ReadableStream.from` is unknown to the DOM's types, under which the web room checks this one too.
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
