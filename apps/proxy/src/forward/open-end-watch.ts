import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import type { StreamEndWatch } from './stream-end.ts';

/** A watch over bytes as they pass; a compressed stream is known only when it has been opened. */
export interface EndWatch extends StreamEndWatch {
  /** Null where all that came has been seen; else tells when it has. Called once, after the end. */
  settle(): Promise<void> | null;
  /** Gives up early. */
  close(): void;
}

const openers: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
  ['zstd', createZstdDecompress],
]);

/**
 * Watches a stream of this `content-encoding`. What is compressed passes untouched, and a copy of it is
 * opened beside: decoders take a stream that was cut for one that ended. Null for an unknown encoding.
 */
export function openEndWatch(
  watch: StreamEndWatch,
  contentEncoding: string | undefined,
): EndWatch | null {
  const encoding = contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity') return { ...watch, settle: () => null, close: () => {} };
  const opened = openers.get(encoding)?.();
  if (!opened) return null;
  opened.on('data', (bytes: Buffer) => watch.take(bytes));
  const closed = new Promise<void>((resolve) => opened.once('close', resolve));
  // What can't be opened has no end that could be seen.
  opened.on('error', () => opened.destroy());
  return {
    ...watch,
    take(chunk) {
      if (!opened.destroyed) opened.write(chunk);
    },
    settle() {
      if (!opened.destroyed) opened.end();
      return closed;
    },
    close: () => void opened.destroy(),
  };
}
