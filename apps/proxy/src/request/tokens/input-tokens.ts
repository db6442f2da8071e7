import type { FormPart } from '../form/form-parts.ts';
import { endOfString, nextStop, quote } from '../json-bytes.ts';

/** English text takes about four bytes a token. */
export const bytesPerToken = 4;
/** The tokens that providers charge for a large picture: https://docs.anthropic.com/en/docs/build-with-claude/vision */
const tokensPerFile = 1_500;
/** Shorter data is counted by its bytes, which gives fewer tokens than the fixed estimate. */
const fileBytes = tokensPerFile * bytesPerToken;

/**
 * An estimate of a JSON body's tokens: by its bytes, except that each string of base64 data (a picture, a
 * recording, a PDF) counts as 1,500 tokens. By its bytes a picture of 4 MB would count as a million.
 */
export function inputTokensOf(body: Buffer): number {
  let [files, skippedBytes] = [0, 0];
  if (body.length > fileBytes) {
    for (let at = nextStop(body, 0); at < body.length; at = nextStop(body, at + 1)) {
      if (body[at] !== quote) continue;
      const end = endOfString(body, at + 1);
      if (end < 0) break;
      const length = end - at - 1;
      if (length > fileBytes && isEncoded(body, at + 1, end)) {
        files += 1;
        skippedBytes += length;
      }
      at = end;
    }
  }
  return Math.ceil((body.length - skippedBytes) / bytesPerToken) + files * tokensPerFile;
}

/** A body of this length takes a while to be looked through. */
const longBytes = 128 * 1024;

/**
 * The same for a request whose tokens most likely are reported, so that the estimate isn't used: a short body
 * counts by its bytes, even if it has a small picture.
 */
export function roughTokensOf(body: Buffer, estimate: () => number): number {
  return body.length > longBytes ? estimate() : Math.ceil(body.length / bytesPerToken);
}

/** The same for a form: each file counts as 1,500 tokens, and other fields by their bytes. */
export function inputTokensOfForm(parts: readonly FormPart[]): number {
  const tokensOf = ({ isFile, start, end }: FormPart) =>
    isFile ? tokensPerFile : Math.ceil((end - start) / bytesPerToken);
  return parts.reduce((sum, part) => sum + tokensOf(part), 0);
}

/**
 * A sample of the bytes is enough to recognise text without spaces, and code. A prime, so that no pattern
 * escapes it.
 */
const sampleStep = 17;
/** Longer than `data:image/png;base64,` with any real media type. */
const longestDataHeader = 128;

function isEncoded(body: Buffer, start: number, end: number): boolean {
  let from = start;
  if (body.toString('latin1', start, start + 5) === 'data:') {
    from += body.toString('latin1', start, start + longestDataHeader).indexOf(',') + 1;
  }
  if (body.subarray(from, end).includes(0x20)) return false;
  for (let at = from; at < end; at += sampleStep) {
    if (!isBase64[body[at] ?? 0]) return false;
  }
  return true;
}

/** By byte: both base64 alphabets, and the backslash of JSON's escapes (`\/`, `\n`). */
const isBase64 = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9+/=_\\-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
