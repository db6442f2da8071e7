import { parseJson } from './json-value.ts';

/** Collects a JSON body up to a limit; of a longer one only the end. */
export interface JsonTail {
  take(chunk: Buffer): void;
  /** `whole`: null if it was too long; then `usage` is an object with its last report of tokens, if any. */
  end(): { whole: string | null; usage: unknown };
}

/** A report of tokens comes at the end, and is shorter than this. */
const tailBytes = 16 * 1024;

export function createJsonTail(limitBytes: number): JsonTail {
  let pieces: Buffer[] = [];
  let length = 0;
  return {
    take(chunk) {
      length += chunk.length;
      if (length <= limitBytes) pieces.push(Buffer.from(chunk));
      else pieces = [Buffer.from(Buffer.concat([...pieces, chunk]).subarray(-tailBytes))];
    },
    end() {
      const text = Buffer.concat(pieces).toString();
      return length > limitBytes
        ? { whole: null, usage: lastReportIn(text) }
        : { whole: text, usage: null };
    },
  };
}

/** In valid JSON an unescaped quote delimits a string, so this can only be a key. */
const reportKey = /"(usage|usageMetadata)"\s*:\s*(?=\{)/g;

function lastReportIn(text: string): unknown {
  const last = [...text.matchAll(reportKey)].at(-1);
  if (!last) return null;
  const start = last.index + last[0].length;
  // The report's own end is the first brace with which it parses; reports nest, but they are short.
  for (let end = text.indexOf('}', start); end >= 0; end = text.indexOf('}', end + 1)) {
    const report = parseJson(text.slice(start, end + 1));
    if (report !== undefined) return { [last[1] ?? 'usage']: report };
  }
  return null;
}
