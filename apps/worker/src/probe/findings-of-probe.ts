import {
  type Finding,
  isRouteRefused,
  type Judgement,
  judgeAnswer,
  judgeBreak,
  type ProbeResult,
} from '@api-monitor/core';
import type { SentAttempt } from './send-attempt.ts';

/**
 * What a probe shows: the attempt that decides, and each route that the channel refused on the way to it.
 * Attempts that were only rejected for their form show nothing.
 */
export function findingsOfProbe(
  attempts: readonly SentAttempt[],
  decisive: SentAttempt,
  {
    by,
    probe,
    isWrongAnswer,
  }: { by: Finding['by']; probe: ProbeResult; isWrongAnswer: boolean | null },
): Finding[] {
  const refused = attempts.filter((attempt) => attempt !== decisive && isRouteRefused(attempt));
  return [
    ...refused.map((attempt) => findingOf(attempt, by)),
    {
      ...findingOf(decisive, by),
      // The sentence that the row has too.
      message: probe.error,
      is_wrong_answer: isWrongAnswer,
    },
  ];
}

function findingOf(attempt: SentAttempt, by: Finding['by']): Finding {
  const { outcome, kind, scope, message } = judgeAttempt(attempt);
  return {
    ...{ outcome, kind, scope, message, by, route: attempt.form.route },
    ...{ began_at: attempt.beganAt, at: attempt.endedAt, first_token_s: attempt.firstTokenS },
    ...{ is_wrong_answer: null, retry_after_s: attempt.retryAfterS },
  };
}

/** By the rules that hold for clients' requests too. */
export function judgeAttempt({ exchange, reading }: SentAttempt): Judgement {
  if (!exchange.answered) return judgeBreak(exchange.kind, exchange.message);
  if (exchange.cut !== null) return judgeBreak('bad_body', exchange.cut);
  return judgeAnswer({ status: exchange.status, reading, by: 'probe' });
}
