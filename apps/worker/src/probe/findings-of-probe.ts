import { type Finding, judgeExchange } from '@api-monitor/core';
import type { SentAttempt } from './send-attempt.ts';

/**
 * What a probe shows: the attempt that decides, and each route that the channel refused on the way to it.
 * Attempts that were only rejected for their form show nothing. `isWrongAnswer`: null if it wasn't checked.
 */
export function findingsOfProbe(
  attempts: readonly SentAttempt[],
  decisive: SentAttempt,
  { by, isWrongAnswer }: { by: Finding['by']; isWrongAnswer: boolean | null },
): Finding[] {
  const lastOnRoute = new Map(attempts.map((attempt) => [attempt.form.route, attempt]));
  const others = [...lastOnRoute.values()].filter(({ form }) => form.route !== decisive.form.route);
  return [
    ...others
      .map((attempt) => findingOf(attempt, by))
      .filter(({ outcome }) => outcome === 'refused'),
    { ...findingOf(decisive, by), is_wrong_answer: isWrongAnswer, ...endOf(attempts, decisive) },
  ];
}

/** A stream that broke off where a whole answer came right after it seems to end like that always. */
function endOf(attempts: readonly SentAttempt[], { form, reading }: SentAttempt) {
  if (reading.kind !== 'answer') return {};
  if (reading.streamed) return { lacks_end: false };
  const isBroken = attempts.some(
    (one) =>
      one.form.route === form.route &&
      one.reading.kind === 'unreadable' &&
      one.reading.fault === 'broken_stream',
  );
  return isBroken ? { lacks_end: true } : {};
}

function findingOf(attempt: SentAttempt, by: Finding['by']): Finding {
  const { exchange } = attempt;
  const { outcome, kind, scope, message } = judgeExchange(exchange, attempt.reading);
  return {
    ...{ outcome, kind, scope, message, by, route: attempt.form.route },
    ...{ began_at: attempt.beganAt, at: attempt.endedAt, first_token_s: attempt.firstTokenS },
    ...(exchange.answered ? { status: exchange.status } : {}),
    ...{ is_wrong_answer: null, retry_after_s: attempt.retryAfterS },
  };
}
