import {
  chooseRoute,
  correctRequest,
  firstFormOf,
  isRouteRefused,
  judgeProbe,
  type ProbeResult,
  protocolOf,
  type RequestForm,
  type Route,
} from '@api-monitor/core';
import { roundToMs } from '../round-to-ms.ts';
import { outputRate } from './output-rate.ts';
import { keepAfter, type RememberedRequest, recall, remember } from './remembered-request.ts';
import { type ProbeContext, type SentAttempt, sendAttempt } from './send-attempt.ts';

export interface ProbeModelInput extends ProbeContext {
  /** What the last probe of this channel and model returned as `remembered`, as stored. */
  remembered: unknown;
  /** The time in Unix seconds. */
  nowS: () => number;
}

export interface ProbeOutcome {
  probe: ProbeResult;
  /** To be stored for the next probe of the same channel and model; null clears it. */
  remembered: RememberedRequest | null;
}

/** With less time left than this, another request would only time out. */
const shortestAttemptS = 0.05;

/**
 * Asks one model of a channel a real question and judges the answer. A request that is rejected for its
 * form is corrected and sent again, all within `timeout_s`. Never throws because of the channel; throws
 * the signal's reason if it aborts.
 */
export async function probeModel(input: ProbeModelInput): Promise<ProbeOutcome> {
  const plan = chooseRoute(input.model);
  if (plan.kind === 'skip') return skipped(input, plan.reason);
  const known = recall(input.remembered, plan.route, input.nowS());
  const attempts = await sendUntilFound(input, known ?? firstFormOf(plan.route));
  const decisive = decisiveOf(attempts);
  const probe = resultOf(input, decisive);
  const context = { route: plan.route, nowS: probe.timestamp };
  return {
    probe,
    remembered: probe.success ? remember(decisive.form, known, context) : keepAfter(probe, known),
  };
}

async function sendUntilFound(
  input: ProbeModelInput,
  first: RequestForm,
): Promise<[SentAttempt, ...SentAttempt[]]> {
  let spentS = 0;
  const send = async (form: RequestForm) => {
    const attempt = await sendAttempt(input, form, spentS);
    spentS += attempt.exchange.durationS;
    return attempt;
  };
  const attempts: [SentAttempt, ...SentAttempt[]] = [await send(first)];
  for (;;) {
    const form = correctRequest(attempts);
    if (!form || input.target.timeout_s - spentS < shortestAttemptS) return attempts;
    attempts.push(await send(form));
  }
}

/**
 * The attempt to judge: the last one that reached the model or the account. If the channel rejected every
 * route, the first one, because it used the route for the model's name.
 */
function decisiveOf(attempts: [SentAttempt, ...SentAttempt[]]): SentAttempt {
  return attempts.findLast((attempt) => !isRouteRefused(attempt)) ?? attempts[0];
}

function resultOf(input: ProbeModelInput, attempt: SentAttempt): ProbeResult {
  const { form, exchange, reading, path } = attempt;
  const answer = reading.kind === 'answer' ? reading.answer : null;
  const duration = roundToMs(exchange.durationS);
  const firstTokenS = attempt.firstTokenS === null ? null : roundToMs(attempt.firstTokenS);
  return {
    ...identityOf(input, form.route),
    ...judgeProbe(exchange, reading),
    stream: form.stream,
    duration,
    endpoint: path,
    first_token_s: firstTokenS,
    output_tokens: answer?.outputTokens ?? null,
    output_tokens_per_s: answer ? outputRate(answer, firstTokenS, duration) : null,
  };
}

function identityOf({ model, nowS }: ProbeModelInput, route: Route) {
  return { protocol: protocolOf(route), model, route, timestamp: roundToMs(nowS()) };
}

function skipped(input: ProbeModelInput, reason: string): ProbeOutcome {
  return withoutAnswer(input, 'chat', { error: `skipped: ${reason}`, error_kind: 'skipped' });
}

/** The outcome of a probe that was cut short by an internal error. */
export function unfinished(input: ProbeModelInput, error: string): ProbeOutcome {
  const plan = chooseRoute(input.model);
  const route = plan.kind === 'probe' ? plan.route : 'chat';
  return withoutAnswer(input, route, { error, error_kind: 'upstream' });
}

function withoutAnswer(
  input: ProbeModelInput,
  route: Route,
  finding: Pick<ProbeResult, 'error' | 'error_kind'>,
): ProbeOutcome {
  const probe: ProbeResult = {
    ...identityOf(input, route),
    ...finding,
    success: false,
    transport_success: false,
    status_code: null,
    content: '',
    tool_calls: [],
    tool_calls_count: 0,
    stream: false,
    duration: 0,
    endpoint: '',
    first_token_s: null,
    output_tokens: null,
    output_tokens_per_s: null,
  };
  return { probe, remembered: null };
}
