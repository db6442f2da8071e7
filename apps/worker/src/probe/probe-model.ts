import {
  chooseRoute,
  correctRequest,
  type Finding,
  firstFormOf,
  isRouteOff,
  isRouteRefused,
  isSameForm,
  judgeProbe,
  type ProbeResult,
  protocolOf,
  type RequestForm,
  type Route,
  servedRoute,
} from '@api-monitor/core';
import { budgetUsedUp } from '../asking/budget.ts';
import { roundToMs } from '../round-to-ms.ts';
import { emptyResult } from './empty-result.ts';
import { findingsOfProbe } from './findings-of-probe.ts';
import { outputRate } from './output-rate.ts';
import { costOf } from './probe-cost.ts';
import { type ProbeQuestion, questionFor } from './question.ts';
import {
  firstForm,
  formOn,
  keepAfter,
  type RememberedRequests,
  recall,
  remember,
  withoutRoutes,
} from './remembered-request.ts';
import { type NotSent, type ProbeContext, type SentAttempt, sendAttempt } from './send-attempt.ts';

export interface ProbeModelInput extends ProbeContext {
  /** What the last probe of this channel and model returned as `remembered`, as stored. */
  remembered: unknown;
  by: 'run' | 'recheck';
  /** The route to ask on; absent: that of the model's name, or the one that answered instead. */
  route?: Route | null;
  /** From 0 to below 1, as Math.random. */
  random: () => number;
}

export interface ProbeOutcome {
  probe: ProbeResult;
  /** What the answers show; nothing if the model wasn't asked. */
  findings: Finding[];
  /** To be stored for the next probe of the same channel and model; null clears it. */
  remembered: unknown;
  /** Why it ended before there was anything to judge. */
  notSent?: NotSent;
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
  if (plan.kind === 'skip') return leftOut(input);
  const isServed = (route: Route) => !isRouteOff(input.upstreamTarget.paths, route);
  const ownRoute = servedRoute(plan.route, isServed);
  if (ownRoute === null) return leftOut(input, 'set not to be served');
  const own = ownRoute === plan.route ? plan.form : firstFormOf(ownRoute);
  const known = withoutRoutes(recall(input.remembered, input.nowS()), isServed);
  const given = input.route && isServed(input.route) ? input.route : null;
  const question = questionFor(given ?? ownRoute, input);
  const first = given ? formOn(given, known, own) : firstForm(known, own);
  const sent = await sendUntilFound(input, { first, known, question, isServed });
  if (sent.notSent !== null) {
    const { notSent } = sent;
    const { probe, ...nothing } = withoutAnswer(input, { error: texts[notSent], error_kind: null });
    return {
      ...nothing,
      probe: { ...probe, ...costOf(sent.attempts, question.prompt) },
      notSent,
    };
  }
  const { attempts } = sent;
  const decisive = decisiveOf(attempts);
  const isWrongAnswer = decisive.isWrong ?? null;
  const cost = costOf(attempts, question.prompt);
  const probe = {
    ...{ ...resultOf(input, decisive), ...cost, is_wrong_answer: isWrongAnswer === true },
    question: question.isChosen ? question.prompt : null,
  };
  const context = { own, nowS: probe.timestamp, isRouteGiven: given !== null };
  return {
    probe,
    findings: findingsOfProbe(attempts, decisive, { by: input.by, isWrongAnswer }),
    remembered: probe.success ? remember(decisive.form, known, context) : keepAfter(probe, known),
  };
}

interface Asking {
  first: RequestForm;
  known: RememberedRequests;
  question: ProbeQuestion;
  isServed: (route: Route) => boolean;
}

const texts: Record<NotSent, string> = {
  over_budget: budgetUsedUp,
  full: 'the channel had as many requests as it may have at a time',
};

type Sent =
  | { notSent: null; attempts: [SentAttempt, ...SentAttempt[]] }
  | { notSent: NotSent; attempts: SentAttempt[] };

async function sendUntilFound(
  input: ProbeModelInput,
  { first, known, question, isServed }: Asking,
): Promise<Sent> {
  let spentS = 0;
  const send = async (form: RequestForm) => {
    const attempt = await sendAttempt(input, { form, prompt: question.prompt, spentS });
    if (typeof attempt === 'string') return attempt;
    spentS += attempt.exchange.durationS;
    const isWrong = question.isWrong(attempt.reading);
    return isWrong === null ? attempt : { ...attempt, isWrong };
  };
  const start = await send(first);
  if (typeof start === 'string') return { notSent: start, attempts: [] };
  const attempts: [SentAttempt, ...SentAttempt[]] = [start];
  for (;;) {
    const form = correctRequest(attempts, isServed);
    if (!form || input.target.timeout_s - spentS < shortestAttemptS) {
      return { notSent: null, attempts };
    }
    // On another route, what worked there before is tried first.
    const isUsual = isSameForm(form, firstFormOf(form.route));
    const isNewRoute = attempts.every((attempt) => attempt.form.route !== form.route);
    const next = await send((isUsual && isNewRoute && known.forms[form.route]) || form);
    if (typeof next === 'string') return { notSent: next, attempts };
    attempts.push(next);
  }
}

/**
 * The attempt to judge: the last one that was answered, or else the last one whose route wasn't refused. If
 * the channel refused every route, it is the first one, because it used the route for the model's name.
 */
function decisiveOf(attempts: [SentAttempt, ...SentAttempt[]]): SentAttempt {
  const answered = attempts.findLast(
    ({ exchange, reading }) => judgeProbe(exchange, reading).success,
  );
  return answered ?? attempts.findLast((attempt) => !isRouteRefused(attempt)) ?? attempts[0];
}

function resultOf(input: ProbeModelInput, attempt: SentAttempt): ProbeResult {
  const { form, exchange, reading, path } = attempt;
  const answer = reading.kind === 'answer' ? reading.answer : null;
  const duration = roundToMs(exchange.durationS);
  const firstTokenS = attempt.firstTokenS === null ? null : roundToMs(attempt.firstTokenS);
  return {
    ...emptyResult,
    ...identityOf(input, form.route),
    ...judgeProbe(exchange, reading),
    stream: form.stream,
    duration,
    endpoint: path,
    first_token_s: firstTokenS,
    output_tokens_per_s: answer ? outputRate(answer, firstTokenS, duration) : null,
  };
}

type Identified = Pick<ProbeModelInput, 'model' | 'nowS' | 'remembered'>;

function identityOf({ model, nowS }: Identified, route: Route) {
  return { protocol: protocolOf(route), model, route, timestamp: roundToMs(nowS()) };
}

/** The outcome for a model that probes leave out, by its name or because the channel is set so. */
export function leftOut(input: Identified, why = 'set not to be probed'): ProbeOutcome {
  const plan = chooseRoute(input.model);
  const reason = plan.kind === 'skip' ? plan.reason : why;
  return withoutAnswer(input, { error: `skipped: ${reason}`, error_kind: 'skipped' });
}

/** The outcome for a model that wasn't asked, or whose probe was cut short, for this reason. */
export function withoutAnswer(
  input: Identified,
  reason: Pick<ProbeResult, 'error' | 'error_kind'>,
): ProbeOutcome {
  const plan = chooseRoute(input.model);
  const route = plan.kind === 'probe' ? plan.route : 'chat';
  const probe = { ...emptyResult, ...identityOf(input, route), ...reason };
  return { probe, findings: [], remembered: input.remembered };
}
