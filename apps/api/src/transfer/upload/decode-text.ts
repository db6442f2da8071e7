import { AppError } from '@api-monitor/core';

const byteOrderMarks = [
  { encoding: 'utf-8', mark: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', mark: [0xff, 0xfe] },
  { encoding: 'utf-16be', mark: [0xfe, 0xff] },
] as const;

export interface DecodedText {
  text: string;
  /** Whether the encoding was guessed from the bytes: nothing in the file says that it is GBK. */
  isGuess: boolean;
}

/**
 * A file's text: UTF-8, UTF-16, or what a Chinese Excel writes, GBK. Throws AppError `invalid_input` if it is
 * none of them, because a wrong guess would store unreadable names.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04])) {
    throw invalid('the file is an Excel workbook or a ZIP archive; save it as CSV (UTF-8)');
  }
  const known = byteOrderMarks.find(({ mark }) => startsWith(bytes, mark))?.encoding;
  const encoding = known ?? utf16Of(bytes) ?? 'utf-8';
  const text = decode(bytes, encoding);
  if (text !== null) return { text, isGuess: false };
  if (encoding !== 'utf-8' || known) {
    throw invalid(`the file claims to be ${encoding.toUpperCase()} but is not; save it as UTF-8`);
  }
  const chinese = isLikelyGbk(bytes) ? decode(bytes, 'gb18030') : null;
  if (chinese !== null) return { text: chinese, isGuess: true };
  throw invalid('the file is neither UTF-8, UTF-16 nor GBK; save it as UTF-8');
}

/** The text without its byte order mark; null if the bytes aren't in this encoding. */
function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Without a mark, UTF-16 shows in the first character of every format: it is ASCII, with a zero byte. */
function utf16Of([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (first === 0 && second !== 0) return 'utf-16be';
  return first !== 0 && second === 0 ? 'utf-16le' : null;
}

/**
 * Whether nearly all characters beyond ASCII are in the GB 2312 part of GBK, which has the hanzi in daily
 * use. Latin and Shift-JIS texts decode as GBK too, but to characters outside it.
 */
function isLikelyGbk(bytes: Uint8Array): boolean {
  let [pairs, common] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    at += 1;
    pairs += 1;
    const isHanziOrSign = (lead >= 0xa1 && lead <= 0xa9) || (lead >= 0xb0 && lead <= 0xf7);
    if (isHanziOrSign && (bytes[at] ?? 0) >= 0xa1) common += 1;
  }
  return common >= pairs * 0.9;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

function invalid(fault: string): AppError {
  return new AppError('invalid_input', fault);
}
