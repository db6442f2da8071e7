// Browsers import this file, so it must not import zod.

/** What decides how much a channel's probes cost. */
export interface ProbeEffort {
  /** How many models a run asks. */
  models: number;
  interval_min: number;
  /** What one question costs with its answer. */
  tokens_per_question: number;
  /** The channel's budgets; 0: no limit. */
  probe_requests_per_day: number;
  probe_tokens_per_day: number;
}

export interface ProbeCost {
  runs_per_day: number;
  requests_per_day: number;
  tokens_per_day: number;
  /** Whether a budget leaves some questions out. */
  is_limited: boolean;
}

const minutesPerDay = 1440;

/**
 * About what a channel's probes cost a day, at most: failed requests cost more because they are repeated,
 * and models that traffic has just proven cost nothing.
 */
export function estimateCost(effort: ProbeEffort): ProbeCost {
  const runs_per_day = minutesPerDay / effort.interval_min;
  const requests = effort.models * runs_per_day;
  const tokens = requests * effort.tokens_per_question;
  const share = Math.min(
    shareWithin(effort.probe_requests_per_day, requests),
    shareWithin(effort.probe_tokens_per_day, tokens),
  );
  return {
    runs_per_day: Math.round(runs_per_day * 10) / 10,
    requests_per_day: Math.round(requests * share),
    tokens_per_day: Math.round(tokens * share),
    is_limited: share < 1,
  };
}

function shareWithin(limit: number, wanted: number): number {
  return limit === 0 || wanted <= limit ? 1 : limit / wanted;
}

/** A short question with its instructions, and a short answer. */
const tokensOfUsualQuestion = 30;
const tokensOfOwnAnswer = 16;
const charactersPerToken = 4;

/** About what a question costs with its answer; `ownPrompt` null: the usual, checkable question. */
export function tokensPerQuestion(ownPrompt: string | null): number {
  if (ownPrompt === null) return tokensOfUsualQuestion;
  return Math.ceil(ownPrompt.length / charactersPerToken) + tokensOfOwnAnswer;
}
