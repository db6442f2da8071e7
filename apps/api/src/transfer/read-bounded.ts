import { AppError } from '@api-monitor/core';

/** The bytes of a body or file. Throws AppError `payload_too_large` as soon as there are more than `limitBytes`. */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  limitBytes: number,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.byteLength;
    if (length > limitBytes) {
      const limitMiB = limitBytes / 1024 ** 2;
      throw new AppError('payload_too_large', `the file must not exceed ${limitMiB} MiB`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
