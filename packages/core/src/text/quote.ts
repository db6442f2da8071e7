import { shorten } from './shorten.ts';

/**
 * A stranger's words as part of a sentence: one line of at most `limit` characters, without control
 * characters, and with `…` where there was more. What lies far behind is not even looked at.
 */
export function quote(text: string, limit: number): string {
  const line = text
    .slice(0, limit * 8)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return `${shorten(line, limit)}${line.length > limit ? '…' : ''}`;
}
