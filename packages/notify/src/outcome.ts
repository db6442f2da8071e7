import { cleanLine } from './text/clean-text.ts';

/** What became of an attempt to deliver. `message` is in the server's words, without secrets. */
export type Outcome =
  | { kind: 'sent'; status: number | null; message: string }
  | {
      /** Another attempt may succeed. */
      kind: 'retry';
      reason: 'network' | 'rate_limited' | 'server_error';
      status: number | null;
      /** How long the vendor asks to wait, in seconds. */
      retryAfterS: number | null;
      message: string;
    }
  | {
      /** Each further attempt would end the same, until the destination is changed. */
      kind: 'refused';
      reason: RefusalReason;
      status: number | null;
      message: string;
    };

export type RefusalReason =
  /** The destination's settings aren't valid. */
  | 'invalid_config'
  /** A key, password or signature is wrong. */
  | 'unauthorized'
  /** There is no such webhook, chat, topic or device. */
  | 'not_found'
  /** The address leads elsewhere. */
  | 'redirected'
  /** The address guard doesn't allow the address. */
  | 'address'
  | 'rejected';

/** What a server answered. */
export interface Answer {
  status: number;
  /** By a name in lower case. */
  header(name: string): string | null;
  /** At most 64 KB of it. */
  body: string;
  /** The current time, for a Retry-After that is a date. */
  nowS: number;
}

/** Of what is kept of an answer's words. */
export const longestMessage = 500;

export function sent(answer: Answer, message = ''): Outcome {
  return { kind: 'sent', status: answer.status, message: cleanLine(message, longestMessage) };
}

export function retry(
  { status, ...answer }: Answer,
  reason: 'rate_limited' | 'server_error',
  message: string,
  retryAfterS = retryAfterOf(answer),
): Outcome {
  const said = cleanLine(message, longestMessage);
  return { kind: 'retry', reason, status, retryAfterS, message: said };
}

export function refused({ status }: Answer, reason: RefusalReason, message: string): Outcome {
  return { kind: 'refused', reason, status, message: cleanLine(message, longestMessage) };
}

/** What a status means where the vendor follows HTTP. `message`: the vendor's words, else its whole answer. */
export function outcomeOfStatus(answer: Answer, message: string = answer.body): Outcome {
  const { status } = answer;
  if (status >= 200 && status < 300) return sent(answer, message);
  const words = message.trim() === '' ? `HTTP ${status}` : message;
  if (status === 429) return retry(answer, 'rate_limited', words);
  // 425: RFC 8470.
  if (status >= 500 || status === 408 || status === 425)
    return retry(answer, 'server_error', words);
  if (status === 401 || status === 403 || status === 407) {
    return refused(answer, 'unauthorized', words);
  }
  return refused(answer, status === 404 || status === 410 ? 'not_found' : 'rejected', words);
}

/** An answer that should have been the vendor's JSON: something between answered, such as a login page. */
export function unreadable(answer: Answer): Outcome {
  if (answer.status < 200 || answer.status >= 300) return outcomeOfStatus(answer);
  return retry(answer, 'server_error', `unexpected answer: ${answer.body}`);
}

/** Seconds, by `retry-after` as a number or a date (RFC 9110, 10.2.3); null if it says nothing readable. */
function retryAfterOf({ header, nowS }: Pick<Answer, 'header' | 'nowS'>): number | null {
  const told = header('retry-after')?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(told)) return Number(told);
  const at = /\d{2}:\d{2}:\d{2}/.test(told) ? Date.parse(told) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at / 1000 - nowS);
}
