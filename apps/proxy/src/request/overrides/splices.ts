/** Bytes of a body that are replaced; `end` is the first that isn't. */
export interface Splice {
  start: number;
  end: number;
  text: Buffer;
}

/**
 * The body with these changes, in pieces: all that stays is sent from the body's own memory. Of two changes
 * that overlap, the one that begins first counts.
 */
export function splicedBody(body: Buffer, splices: readonly Splice[]): Buffer[] {
  if (splices.length === 0) return [body];
  const pieces: Buffer[] = [];
  let done = 0;
  for (const { start, end, text } of splices.toSorted(inOrder)) {
    if (start < done) continue;
    if (start > done) pieces.push(body.subarray(done, start));
    if (text.length > 0) pieces.push(text);
    done = end;
  }
  if (done < body.length) pieces.push(body.subarray(done));
  return pieces;
}

/** What is inserted somewhere comes before what is removed from there. */
function inOrder(a: Splice, b: Splice): number {
  return a.start - b.start || a.end - b.end;
}
