import { type AnswerHeaders, headerOf } from './answer-handler.ts';

const number = /^\d{1,9}(\.\d+)?$/;
const httpDate = /^[a-z]{3,9},? .*\d{2}:\d{2}:\d{2}/i;

/**
 * How long a channel asks to wait, in seconds: by `retry-after-ms`, which OpenAI sends, or by `retry-after`
 * in seconds or as a date (RFC 9110, 10.2.3). Null if it says nothing that can be read.
 */
export function retryAfterOf(headers: AnswerHeaders, nowS: number): number | null {
  const ms = headerOf(headers, 'retry-after-ms')?.trim() ?? '';
  if (number.test(ms)) return Number(ms) / 1000;
  const told = headerOf(headers, 'retry-after')?.trim() ?? '';
  if (number.test(told)) return Number(told);
  const at = httpDate.test(told) ? Date.parse(told) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at / 1000 - nowS);
}
