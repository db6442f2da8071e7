import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';

export interface Usage {
  inputTokens: number | null;
  outputTokens: number | null;
}

/** Reads the tokens that an answer reports, from whatever passes by, without holding it up. */
export interface UsageReader {
  take(chunk: Buffer): void;
  /** Called once, after the end. */
  read(): Promise<Usage>;
}

/** How much of an answer's start and end is kept: all formats report at its end, messages at its start too. */
const startBytes = 2 * 1024;
const endBytes = 4 * 1024;
/** A compressed answer longer than this is not opened again. */
const compressedLimitBytes = 256 * 1024;

const inputNames = /"(?:prompt_tokens|input_tokens|promptTokenCount)"\s*:\s*(\d{1,12})/g;
const outputNames = /"(?:completion_tokens|output_tokens|candidatesTokenCount)"\s*:\s*(\d{1,12})/g;

/** Follows an answer of this `content-encoding`, absent for plain bytes. */
export function createUsageReader(contentEncoding: string | undefined): UsageReader {
  const encoding = contentEncoding?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return createPlainReader();
  return createCompressedReader(encoding);
}

function createPlainReader(): UsageReader {
  const start: Buffer[] = [];
  const end: Buffer[] = [];
  let size = 0;
  let endSize = 0;
  return {
    take(chunk) {
      // Beyond the start nothing is copied: the newest chunks are held until newer ones come.
      if (size < startBytes) start.push(Buffer.from(chunk.subarray(0, startBytes - size)));
      size += chunk.length;
      const held = chunk.length > endBytes ? Buffer.from(chunk.subarray(-endBytes)) : chunk;
      end.push(held);
      endSize += held.length;
      while (endSize - (end[0]?.length ?? endSize) >= endBytes) endSize -= end.shift()?.length ?? 0;
    },
    async read() {
      const texts = [...start, Buffer.from('\n'), ...end];
      return usageIn(Buffer.concat(texts).toString('latin1'));
    },
  };
}

function createCompressedReader(encoding: string): UsageReader {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    take(chunk) {
      size += chunk.length;
      if (size <= compressedLimitBytes) chunks.push(chunk);
      else chunks.length = 0;
    },
    async read() {
      const decompress = decompressors.get(encoding);
      if (!decompress || chunks.length === 0) return { inputTokens: null, outputTokens: null };
      try {
        const text = await decompress(Buffer.concat(chunks), { maxOutputLength: 4 * 1024 * 1024 });
        return usageIn(text.toString('latin1'));
      } catch {
        return { inputTokens: null, outputTokens: null };
      }
    },
  };
}

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
const decompressors: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

function usageIn(text: string): Usage {
  return { inputTokens: lastNumber(text, inputNames), outputTokens: lastNumber(text, outputNames) };
}

function lastNumber(text: string, pattern: RegExp): number | null {
  let found: number | null = null;
  for (const match of text.matchAll(pattern)) found = Number(match[1]);
  return found;
}
