import {
  type Asked,
  askedRoute,
  type RouteFault,
  type RoutingPolicy,
  resolveRoute,
  sentenceOfNoOffer,
} from '@api-monitor/core';
import type { Affinity } from '../board/affinity.ts';
import {
  type Board,
  type BoardKey,
  type BoardModel,
  type BoardTarget,
  isAllowed,
} from '../board/board.ts';
import type { Breakers } from '../board/breakers.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';

/** A target's model that a request may go to. */
export interface Choice {
  entry: BoardModel;
  proofAgeS: number;
}

/** `choices`: in the order to try. */
export type Resolution = { ok: true; choices: Choice[] } | { ok: false; error: GatewayError };

export interface Ask {
  key: BoardKey;
  /** As the client named it. */
  model: string;
  /** From `X-Target-Id` or `?target_id=`. */
  pinnedTargetId: number | null;
  /** The conversation, which stays on one target while that is healthy. */
  session: string | null;
}

export interface ResolveDeps {
  board: Board;
  breakers: Breakers;
  affinity: Affinity;
  policy: RoutingPolicy;
  areBareModelsOn: boolean;
  nowS: () => number;
  random: () => number;
}

/**
 * Returns the function that chooses where a request goes; its only state is the position of `round-robin`.
 */
export function createResolver(deps: ResolveDeps): (ask: Ask) => Resolution {
  const { board, breakers, policy, areBareModelsOn, random } = deps;
  let turn = 0;
  return (ask) => {
    const { key, model, pinnedTargetId } = ask;
    const pinned = pinnedTargetId === null ? null : board.targetById(pinnedTargetId);
    if (pinned === undefined) return notFound(`there is no channel ${pinnedTargetId}`);
    const asked = askedRoute(model, board.targetByName, pinned);
    if (asked.kind === 'bare') turn += 1;
    const nowS = deps.nowS();
    const { ranked, fault } = resolveRoute(asked, offersFor(board, asked), {
      policy,
      areBareModelsOn,
      isAllowed: (target, name) => isAllowed(key, target, name),
      breakerOf: breakers.of,
      nowS,
      random,
      turn,
    });
    if (fault) return refusal(asked, fault, nowS);
    const choices = ranked.flatMap(({ rank, offer: entry, proof_age_s: proofAgeS }) =>
      rank === null ? [] : { entry, proofAgeS },
    );
    return {
      ok: true,
      choices: asked.kind === 'bare' ? withSessionFirst(deps, ask, choices) : choices,
    };
  };
}

function offersFor(board: Board, asked: Asked<BoardTarget>): readonly BoardModel[] {
  if (asked.kind === 'bare') return board.offering(asked.model);
  const entry = asked.target.models.get(asked.model);
  return entry ? [entry] : [];
}

/** Puts the conversation's previous target first, if it is still a candidate. */
function withSessionFirst({ affinity }: ResolveDeps, ask: Ask, choices: Choice[]): Choice[] {
  const placeId = ask.session === null ? null : affinity.of(ask.session, ask.model);
  const place = choices.find(({ entry }) => entry.target.id === placeId);
  return place ? [place, ...choices.filter((choice) => choice !== place)] : choices;
}

function refusal(
  asked: Asked<BoardTarget>,
  fault: RouteFault<BoardModel>,
  nowS: number,
): Resolution {
  const isPinned = asked.kind === 'pinned';
  const name = isPinned ? `${asked.target.name}/${asked.model}` : asked.model;
  switch (fault.code) {
    case 'bare_names_off':
      return notFound(`name the model as channel/model: "${name}" has no known channel`);
    case 'target_disabled':
    case 'no_such_offer':
      return notFound(sentenceOfNoOffer(fault.code, asked));
    case 'probe_failed':
      return notFound(failedSentence(fault.offer, nowS));
    case 'not_allowed': {
      const message = `this key may not use "${name}"`;
      const error = { status: 403, code: 'model_not_allowed', message, param: 'model' } as const;
      return { ok: false, error };
    }
    case 'breaker_open': {
      const who = isPinned ? `"${name}"` : `every channel that offers "${name}"`;
      const message = `${who} is paused after recent failures`;
      return { ok: false, error: { status: 503, code: 'no_channel', message, retryAfterS: 15 } };
    }
  }
}

function failedSentence({ target, model, state_since, error }: BoardModel, nowS: number): string {
  const minutes = Math.max(0, Math.round((nowS - state_since) / 60));
  const name = `${target.name}/${model}`;
  return `the model "${name}" has been failing its probes for ${minutes} min: ${error ?? 'no answer'}`;
}

function notFound(message: string): Resolution {
  return { ok: false, error: { status: 404, code: 'model_not_found', message, param: 'model' } };
}
