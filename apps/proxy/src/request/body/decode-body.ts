import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  type Zlib,
} from 'node:zlib';

/** The ways in which a request's body may be compressed, as `Accept-Encoding` lists them. */
export const bodyCodings = ['gzip', 'br', 'zstd', 'deflate'] as const;
export type BodyCoding = (typeof bodyCodings)[number];

/**
 * A request's `Content-Encoding`: null if it has none. `unsupported` is also used for several, one over
 * another, which no client is known to send.
 */
export function bodyCodingOf(header: string | undefined): BodyCoding | null | 'unsupported' {
  const name = header?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return null;
  if (name === 'x-gzip') return 'gzip';
  return bodyCodings.find((coding) => coding === name) ?? 'unsupported';
}

const chunkSize = 64 * 1024;
/** 8 MB, the most that HTTP allows: https://www.rfc-editor.org/rfc/rfc9659 */
const zstdWindowLog = 23;

/** A stream that decompresses a body whose first bytes are given. */
export function createDecoder(coding: BodyCoding, first: Buffer): Transform & Zlib {
  switch (coding) {
    case 'gzip':
      return createGunzip({ chunkSize });
    case 'br':
      return createBrotliDecompress({ chunkSize });
    case 'zstd': {
      const params = { [constants.ZSTD_d_windowLogMax]: zstdWindowLog };
      return createZstdDecompress({ chunkSize, params });
    }
    case 'deflate':
      // HTTP means zlib's format, but some clients send the bare one (RFC 9110, 8.4.1.2).
      return hasZlibHead(first) ? createInflate({ chunkSize }) : createInflateRaw({ chunkSize });
  }
}

function hasZlibHead([head = 0]: Buffer): boolean {
  return (head & 0x0f) === 8;
}
