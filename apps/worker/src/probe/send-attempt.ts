import type {
  AnswerProgress,
  Attempt,
  RequestForm,
  Target,
  UpstreamTarget,
} from '@api-monitor/core';
import {
  hasFirstToken,
  type Protocol,
  progressOf,
  protocolFor,
  readBody,
  readPiece,
  streamStart,
} from '@api-monitor/protocols';
import { retryAfterOf, type SentExchange, type Upstream } from '@api-monitor/upstream';
import type { Budget } from '../asking/budget.ts';
import type { TakeTurn } from '../asking/channel-turns.ts';
import { hideKeys } from './hide-key.ts';
import { costOf, estimateTokens } from './probe-cost.ts';

/** What every request of one probe shares. */
export interface ProbeContext {
  upstream: Upstream;
  upstreamTarget: UpstreamTarget;
  target: Pick<Target, 'prompt' | 'anthropic_version' | 'timeout_s'>;
  model: string;
  budget: Pick<Budget, 'reserve'>;
  /** Absent: the channel isn't saved, so it has no bounds. */
  takeTurn?: TakeTurn;
  /** Aborts the probe: `probeModel` then throws the signal's reason. */
  signal: AbortSignal;
  /** The time in Unix seconds. */
  nowS: () => number;
}

/** An attempt with its measurements. The channel's key is hidden everywhere in it. */
export interface SentAttempt extends Attempt {
  path: string;
  firstTokenS: number | null;
  /** Unix seconds. */
  beganAt: number;
  endedAt: number;
  /** HTTP requests, with redirects and repeated ones. */
  requests: number;
  retryAfterS: number | null;
}

/**
 * Sends one request in the given form, within what is left of the probe's time. `over_budget`: nothing is
 * left of the budget; `full`: the channel has as many requests as it may have.
 */
export async function sendAttempt(
  context: ProbeContext,
  asked: Asked,
): Promise<SentAttempt | NotSent> {
  const give = context.takeTurn ? await context.takeTurn() : () => {};
  if (!give) {
    context.signal.throwIfAborted();
    return 'full';
  }
  return send(context, asked).finally(give);
}

/** Why no request was sent. */
export type NotSent = 'over_budget' | 'full';

interface Asked {
  form: RequestForm;
  prompt: string;
  spentS: number;
}

async function send(
  context: ProbeContext,
  { form, prompt, spentS }: Asked,
): Promise<SentAttempt | 'over_budget'> {
  const { upstreamTarget, target, model, signal, nowS } = context;
  const protocol = protocolFor(form.route);
  const question = { model, prompt, anthropicVersion: target.anthropic_version };
  const request = { ...protocol.buildRequest({ ...question, form }), model };
  const watch = watchAnswer(protocol);
  const settle = context.budget.reserve(estimateTokens(prompt));
  if (!settle) return 'over_budget';
  const beganAt = nowS();
  const exchange = await context.upstream.exchange(upstreamTarget, request, {
    timeoutMs: target.timeout_s * 1000,
    spentMs: Math.round(spentS * 1000),
    signal,
    onText: watch.take,
  });
  const { requests } = exchange;
  const answer = readHidden(protocol, exchange, upstreamTarget);
  settle(costOf([{ requests, ...answer }], prompt));
  return {
    form,
    path: request.path,
    firstTokenS: watch.firstTokenS(),
    beganAt,
    endedAt: nowS(),
    requests,
    retryAfterS: exchange.answered ? retryAfterOf(exchange.headers, nowS()) : null,
    ...answer,
  };
}

/** The body is read before the key is hidden, so that hiding can't break its format. */
function readHidden(protocol: Protocol, exchange: SentExchange, target: UpstreamTarget) {
  const hider = hideKeys(target);
  const { status, body } = exchange.answered ? exchange : { status: 0, body: '' };
  const reading = hider.inReading(readBody(protocol, status, body));
  return { exchange: hider.inExchange(exchange), reading };
}

/** Reads the answer as it arrives: when the first token came, and whether the answer is over. */
function watchAnswer(protocol: Protocol) {
  let state = streamStart;
  let firstTokenS: number | null = null;
  return {
    take(text: string, elapsedS: number): AnswerProgress {
      state = readPiece(protocol, state, text);
      if (firstTokenS === null && hasFirstToken(state)) firstTokenS = elapsedS;
      return progressOf(state);
    },
    firstTokenS: () => firstTokenS,
  };
}
