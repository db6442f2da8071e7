import { z } from 'zod';
import { readJson } from '../json-request.ts';
import { type Answer, type Outcome, refused, retry, sent, unreadable } from '../outcome.ts';

const answerShape = z.object({ errcode: z.number(), errmsg: z.string().default('') });
const busy = -1;

interface Errcodes {
  /** Too many messages. */
  limited: ReadonlySet<number>;
  /** How long a sender of too many is blocked. */
  blockedS: number;
  unauthorized: ReadonlySet<number>;
}

/** The outcome where errors come with status 200 and an `errcode`, as DingTalk and WeCom have it. */
export function outcomeOfErrcode(
  answer: Answer,
  { limited, blockedS, unauthorized }: Errcodes,
): Outcome {
  const read = readJson(answer, answerShape);
  if (!read) return unreadable(answer);
  const words = `${read.errmsg} (${read.errcode})`;
  if (read.errcode === 0) return sent(answer, read.errmsg);
  if (limited.has(read.errcode)) return retry(answer, 'rate_limited', words, blockedS);
  if (read.errcode === busy) return retry(answer, 'server_error', words);
  return refused(answer, unauthorized.has(read.errcode) ? 'unauthorized' : 'rejected', words);
}
