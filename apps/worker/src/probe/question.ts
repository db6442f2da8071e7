import type { BodyReading, Route, Target } from '@api-monitor/core';

/** What a probe asks, and how its answer is checked. */
export interface Question {
  prompt: string;
  /** Null if the answer can't be checked. */
  isWrong(reading: BodyReading): boolean | null;
}

/** The target's own question, or a short one whose answer can be checked. */
export function questionFor(
  _route: Route,
  target: Pick<Target, 'prompt'>,
  _random: () => number,
): Question {
  return { prompt: target.prompt, isWrong: () => null };
}
