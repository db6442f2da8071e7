import { shorten } from './shorten.ts';

/** Printable ASCII with single spaces, as nearly every text is: it needs no change. */
const plainLine = /^[!-~]+(?: [!-~]+)*$/;

/**
 * Quotes foreign text in a sentence: one line of at most `limit` characters without control characters,
 * followed by `…` if it was cut. Text far beyond the limit isn't read.
 */
export function quote(text: string, limit: number): string {
  if (text.length <= limit && plainLine.test(text)) return text;
  const line = text
    .slice(0, limit * 8)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return `${shorten(line, limit)}${line.length > limit ? '…' : ''}`;
}
