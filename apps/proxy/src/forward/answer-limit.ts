import type { Target } from '@api-monitor/core';

/** How long an attempt may take until its answer begins: a stream's first real token, or the first byte. */
export interface AnswerLimit {
  limitMs: number;
  /** The client has waited long enough by then, which isn't the channel's fault. */
  isPatience: boolean;
}

interface Asked {
  target: Pick<Target, 'timeout_s' | 'first_token_timeout_s'>;
  /** The model's own time to its first token; null if it was never measured. */
  usualS: number | null;
  /** Whether the client asked for a stream. */
  isStream: boolean;
  requestBytes: number;
  /** Whether another channel may be asked after it. */
  mayMoveOn: boolean;
  /** What is left of the time that all attempts have together. */
  patienceMs: number;
  idleTimeoutMs: number;
}

/**
 * While another channel may serve, a stream may take the channel's `first_token_timeout_s`, and everything
 * what is left of the client's patience. The last channel may take its own time: there is nothing to gain
 * from giving it up.
 */
export function answerLimitOf(asked: Asked): AnswerLimit {
  const { isStream, mayMoveOn, patienceMs } = asked;
  const ownMs = isStream && mayMoveOn ? firstTokenMsOf(asked) : ownMsOf(asked);
  const isPatience = mayMoveOn && patienceMs < ownMs;
  return { limitMs: isPatience ? patienceMs : ownMs, isPatience };
}

const leastMs = 10_000;
const mostMs = 60_000;
/** A long prompt is read before the first token: 60 s for 1 MB, some 250,000 tokens. */
const msByByte = 60_000 / 1024 ** 2;

function firstTokenMsOf({ target, usualS, requestBytes }: Asked): number {
  const { first_token_timeout_s, timeout_s } = target;
  if (first_token_timeout_s > 0) return first_token_timeout_s * 1000;
  const usualMs = 1000 * (usualS === null ? timeout_s : 3 * usualS);
  return Math.min(mostMs, Math.max(leastMs, usualMs + requestBytes * msByByte));
}

/**
 * A stream begins as soon as the model does, in about the time that its probes took. A whole answer begins
 * when all of it is ready, so its first byte may take as long as a pause within a stream.
 */
function ownMsOf({ target, usualS, isStream, idleTimeoutMs }: Asked): number {
  const streamMs = 1000 * Math.max(target.timeout_s, 3 * (usualS ?? 0));
  return isStream ? streamMs : Math.max(streamMs, idleTimeoutMs);
}
