import { pipeline, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

/** A real answer has one coding, or two where a cache added its own; and each takes a stream of its own. */
const codingLimit = 2;
/** What the first of two steps may give: what it decodes to is compressed still. */
const innerLimitBytes = 8 * 1024 * 1024;
/** RFC 9659 bounds the window of zstd in HTTP to 8 MB; the library's own default is 128 MB. */
const zstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

/** How a zlib stream begins. */
const zlibByte = 0x78;

const decoders: Record<string, (firstByte: number) => Transform> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // `deflate` names the zlib format, but some servers send raw deflate; the first byte tells which.
  deflate: (firstByte) => ((firstByte & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(zstdOptions),
};

/**
 * The codings of a body in the order they were applied: none for a plain body, null for more than
 * anyone needs. Words that name no coding are passed over: relays write `utf-8` and `none` here.
 */
export function codingsOf(contentEncoding: string): string[] | null {
  const names = contentEncoding.split(',').map((name) => name.trim().toLowerCase());
  const codings = names.filter((name) => Object.hasOwn(decoders, name));
  return codings.length <= codingLimit ? codings : null;
}

/** Takes the encoded body at one end and gives the plain one at the other. */
export interface Decoder {
  input: Transform;
  /** Fails with the decompressor's error; destroying it frees both. */
  output: Transform;
}

/**
 * Decodes a body with these codings, at least one; `firstByte` is the body's. Both ends have back-pressure:
 * no more than a few dozen KB are decoded ahead of the reader.
 */
export function createDecoder(codings: readonly string[], firstByte: number): Decoder {
  // Only the outermost coding begins with the body's first byte.
  const steps = codings
    .toReversed()
    .flatMap((coding, at) => decoders[coding]?.(at === 0 ? firstByte : zlibByte) ?? []);
  const [input, output = input] = steps;
  if (!input || !output) throw new RangeError('a plain body needs no decoder');
  if (output !== input) {
    // Errors reach the reader through `output`; without a callback they would be thrown.
    pipeline(input, output, () => {});
    let innerBytes = 0;
    input.on('data', (bytes: Buffer) => {
      innerBytes += bytes.length;
      if (innerBytes > innerLimitBytes) input.destroy(new Error('too much for an encoded body'));
    });
  }
  return { input, output };
}
