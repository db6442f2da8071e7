import { shorten } from './shorten.ts';

/**
 * Somebody else's words as part of a sentence: one line of at most `limit` characters, without control
 * characters, and with `…` if there was more. Text far behind the limit isn't even read.
 */
export function quote(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 8)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return `${shorten(line, limit)}${line.length > limit ? '…' : ''}`;
}
