import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { type Behaviour, changedBody } from '../send.ts';

const bombBytes = 16 * 1024 * 1024;

/** The good body, compressed. `label` is its content-encoding; null: none. */
const compressed = (label: string | null, compress: (text: string) => string | Buffer): Behaviour =>
  changedBody((text) => compress(text), label === null ? {} : { 'content-encoding': label });

/** Overwrites the last bytes, which include the checksum and the length. */
function corrupt(gzipped: Buffer): Buffer {
  const broken = Buffer.from(gzipped);
  broken.fill(0x55, broken.length - 12);
  return broken;
}

/** Compressed bodies, with true and false labels. */
export const encodings = {
  gzip: compressed('gzip', gzipSync),
  deflate: compressed('deflate', deflateSync),
  deflate_raw: compressed('deflate', deflateRawSync),
  br: compressed('br', brotliCompressSync),
  zstd: compressed('zstd', zstdCompressSync),
  /** A cache compressed it again. */
  gzip_in_br: compressed('gzip, br', (text) => brotliCompressSync(gzipSync(text))),
  /** More codings than any server needs. */
  gzip_thrice: compressed('gzip, gzip, gzip', (text) => gzipSync(gzipSync(gzipSync(text)))),
  /** Some relays write the charset here. */
  plain_labelled_utf8: compressed('utf-8', (text) => text),
  gzip_unlabelled: compressed(null, gzipSync),
  plain_labelled_gzip: compressed('gzip', (text) => text),
  gzip_corrupt: compressed('gzip', (text) => corrupt(gzipSync(text))),
  gzip_cut: compressed('gzip', (text) => gzipSync(text).subarray(0, -16)),
  gzip_bomb: compressed('gzip', () => gzipSync(' '.repeat(bombBytes))),
} satisfies Record<string, Behaviour>;
