/**
 * Texts, one after the other, as UTF-8. Each is written to its place in one buffer: joined as a text
 * first, they would be copied twice more, and all be widened by a single "…" among them.
 */
export function encodePieces(pieces: readonly string[]): Buffer<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) at += bytes.write(piece, at);
  return bytes;
}
