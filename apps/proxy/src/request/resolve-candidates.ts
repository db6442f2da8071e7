import {
  type Asked,
  askedRoute,
  type EvidenceRoute,
  type ExpectedRequest,
  isWorthLeaving,
  modelKey,
  type PolicyInForce,
  policyInForce,
  type RankedOffer,
  type RequestSize,
  type ResolvedRoute,
  resolveRoute,
  type Standing,
  sentenceOfNoOffer,
  typicalRequest,
} from '@api-monitor/core';
import type { Affinity, ConversationPlace } from '../board/affinity.ts';
import {
  type Board,
  type BoardKey,
  type BoardModel,
  type BoardTarget,
  isAllowed,
  mayUse,
  mayUseId,
} from '../board/board.ts';
import type { LiveEvidence } from '../board/live-evidence.ts';
import type { StateIssuers } from '../board/state-issuers.ts';
import type { KeyWish } from '../board/target-keys.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { CarriedMark } from './conversation/carried-state.ts';
import type { Conversation } from './conversation/conversation-of.ts';
import { type RefusedOffers, refusalError } from './refusal-error.ts';
import { keyOfCarried } from './wished-key.ts';

/** A target's model that a request may go to. */
export interface Choice {
  entry: BoardModel;
  /** On the request's route. */
  standing: Standing;
  /** Null if it was never proven on the route. */
  proofAgeS: number | null;
  /** The target's key that it should go to; undefined: any. */
  key?: KeyWish | undefined;
}

export type Resolution = Resolved | Refused;

interface Resolved {
  ok: true;
  /** In the order to try. */
  choices: Choice[];
  /** The one to be remembered with the target that answers; null if the request names its target. */
  conversation: Conversation | null;
}

interface Refused {
  ok: false;
  error: GatewayError;
}

export interface Ask {
  key: BoardKey;
  /** As the client named it. */
  model: string;
  route: EvidenceRoute;
  /** From `X-Target-Id` or `?target_id=`. */
  pinnedTargetId: number | null;
  /** Recognises the conversation, which stays on one target while that is healthy. */
  conversationOf: () => Conversation | null;
  /** Estimates its tokens; absent: a typical request. */
  sizeOf?: () => RequestSize;
  /** What only the target that issued it understands. */
  carried: readonly CarriedMark[];
}

export interface ResolveDeps {
  board: Board;
  live: Pick<LiveEvidence, 'of' | 'keyFaultOf'>;
  affinity: Affinity;
  issuers: Pick<StateIssuers, 'of'>;
  nowS: () => number;
  random: () => number;
}

/**
 * Returns the function that chooses where a request goes; its only state is the position of `round-robin`.
 */
export function createResolver(deps: ResolveDeps): (ask: Ask) => Resolution {
  const { board, live, random } = deps;
  let turn = 0;

  /** By any of its names. */
  const mayAsk = (key: BoardKey, target: BoardTarget, name: string) => {
    const offers = board.offersAt(target, name);
    if (offers.length === 0) return isAllowed(key, target, name);
    return offers.some((offer) => mayUse(key, offer));
  };
  const resolved = (
    asked: Asked<BoardTarget>,
    ask: Ask,
    nowS: number,
    last: ConversationPlace | null = null,
  ) => {
    const { key, route } = ask;
    const policy = policyInForce(board.settings(), key);
    const offers = offersFor(board, asked);
    const isCompared = policy.policy === 'price' && offers.length > 1;
    return resolveRoute(asked, offers.map(live.of), {
      route,
      ...policy,
      expected: isCompared || key.demands.maxPrice !== null ? expectedOf(ask, last) : null,
      demands: key.demands,
      areBareModelsOn: board.settings().bare_models,
      isDraining: board.draining(),
      nowS,
      random,
      turn,
      isAllowed: ({ id }, name) => {
        const target = board.targetById(id);
        return target !== undefined && mayAsk(key, target, modelKey(name));
      },
      isIdAllowed: ({ id }, model) => {
        const target = board.targetById(id);
        return target !== undefined && mayUseId(key, target, model);
      },
    });
  };

  return (ask) => {
    const { key, model, pinnedTargetId } = ask;
    const pinned = pinnedTargetId === null ? null : board.targetById(pinnedTargetId);
    if (pinned === undefined) return noTarget;
    // Others' channels don't count: their names must not change what a key's own requests mean.
    const isOpen = (offer: BoardModel) => offer.target.enabled && mayUse(key, offer);
    const lookup = {
      byName: board.targetByName,
      isListed: (name: string) => board.settings().bare_models && board.offering(name).some(isOpen),
      hasModel: (target: BoardTarget, name: string) => board.offersAt(target, name).some(isOpen),
    };
    const asked = askedRoute(model, lookup, pinned);
    const nowS = deps.nowS();
    const when = { nowS, route: ask.route };
    if (asked.kind === 'pinned') {
      const { ranked, fault } = resolved(asked, ask, nowS);
      if (fault) return refusal(asked, { fault, ranked, ...when });
      const choices = choicesOf(ranked);
      // With one key, there is nothing to remember.
      if (asked.target.keyStates.length === 0) return chosen(choices, null);
      const conversation = ask.conversationOf();
      const placed = lastPlaceFirst(lastPlaceOf(deps, model, conversation), choices);
      return withKeyOf(deps, asked.target, ask, chosen(placed, conversation));
    }
    turn += 1;
    const conversation = ask.conversationOf();
    const home = homeOf(deps, ask, asked);
    if (home) {
      const found = atHome(home, conversation, (its) => resolved(its, ask, nowS), when);
      return home.target && found.ok ? withKeyOf(deps, home.target, ask, found) : found;
    }
    const last = lastPlaceOf(deps, model, conversation);
    const { ranked, fault } = resolved(asked, ask, nowS, last);
    if (!fault) {
      const place = isLeft(last, ranked, policyInForce(board.settings(), key)) ? null : last;
      return chosen(lastPlaceFirst(place, choicesOf(ranked)), conversation);
    }
    if (asked.named) {
      const named = resolved({ kind: 'pinned', ...asked.named }, ask, nowS);
      if (!named.fault) return chosen(choicesOf(named.ranked), conversation);
    }
    return refusal(asked, { fault, ranked, ...when });
  };
}

function chosen(choices: Choice[], conversation: Conversation | null): Resolved {
  return { ok: true, choices, conversation };
}

/** The target that issued what a request carries; null if it is gone. */
interface Home extends CarriedMark {
  target: BoardTarget | null;
  model: string;
}

function homeOf({ board, issuers }: ResolveDeps, { key, carried }: Ask, asked: Bare): Home | null {
  for (const one of carried) {
    const targetId = one.targetId ?? issuers.of(one.mark)?.targetId;
    if (targetId === undefined) continue;
    const target = board.targetById(targetId) ?? null;
    const model = asked.named?.target === target ? asked.named.model : asked.model;
    // Nobody learns of a channel that the key may not use, and another model reads sealed content or not.
    const isUsable =
      !target || (isAllowed(key, target, model) && (one.isReference || target.names.has(model)));
    if (isUsable) return { ...one, target, model };
  }
  return null;
}

type Bare = Extract<Asked<BoardTarget>, { kind: 'bare' }>;

/** The request goes to that target and to no other. */
function atHome(
  { target, model, field, isObject }: Home,
  conversation: Conversation | null,
  resolve: (asked: Asked<BoardTarget>) => ResolvedRoute<BoardModel>,
  when: Pick<RefusedOffers, 'nowS' | 'route'>,
): Resolution {
  if (!target) {
    const isFile = isObject === true && field !== 'previous_response_id';
    const advice = isFile ? 'upload it again' : 'start a new conversation';
    const message = `"${field}" belongs to a channel that no longer exists; ${advice}`;
    const error = { status: 404, code: 'channel_gone', message, param: field } as const;
    return { ok: false, error };
  }
  const asked = { kind: 'pinned', target, model } as const;
  const { ranked, fault } = resolve(asked);
  if (!fault) return chosen(choicesOf(ranked), conversation);
  const refused = refusal(asked, { fault, ranked, ...when });
  const message = `"${field}" belongs to the channel "${target.name}" alone: ${refused.error.message}`;
  return { ok: false, error: { ...refused.error, message, param: field } };
}

/** The requests for a target go to its key that issued what they carry. */
function withKeyOf(
  deps: ResolveDeps,
  target: BoardTarget,
  { carried }: Ask,
  resolved: Resolved,
): Resolution {
  const key = keyOfCarried(deps, target, carried);
  if (key && 'error' in key) return { ok: false, error: key.error };
  if (!key) return resolved;
  return { ...resolved, choices: resolved.choices.map((choice) => ({ ...choice, key })) };
}

function choicesOf(ranked: readonly RankedOffer<BoardModel>[]): Choice[] {
  return ranked.flatMap(({ rank, offer: entry, standing, proof_age_s: proofAgeS }) =>
    rank === null ? [] : { entry, standing, proofAgeS },
  );
}

function offersFor(board: Board, asked: Asked<BoardTarget>): readonly BoardModel[] {
  return asked.kind === 'bare'
    ? board.offering(asked.model)
    : board.offersAt(asked.target, asked.model);
}

/** Where the conversation's previous request was answered; null if it has none, or it is forgotten. */
function lastPlaceOf(
  { affinity }: ResolveDeps,
  model: string,
  conversation: Conversation | null,
): ConversationPlace | null {
  return conversation?.isBegun ? affinity.of(conversation.id, model) : null;
}

/** Whether the conversation leaves its target for a cheaper one. */
function isLeft(
  last: ConversationPlace | null,
  ranked: readonly RankedOffer<BoardModel>[],
  policy: PolicyInForce,
): boolean {
  const [first] = ranked;
  const place = ranked.find(({ offer }) => offer.target.id === last?.targetId);
  return first !== undefined && place !== undefined && isWorthLeaving(place, first, policy);
}

/**
 * Puts the conversation's previous target first, with its key, if it is still a candidate and isn't busy.
 */
function lastPlaceFirst(last: ConversationPlace | null, choices: Choice[]): Choice[] {
  const place = choices.find(
    ({ entry, standing }) =>
      entry.target.id === last?.targetId && standing.channel_busy_until === null,
  );
  if (!place) return choices;
  const key = last?.targetKey && { key: last.targetKey, isOnly: false };
  const others = choices.filter((choice) => choice !== place);
  return [key ? { ...place, key } : place, ...others];
}

function expectedOf({ sizeOf }: Ask, last: ConversationPlace | null): ExpectedRequest {
  const { targetId = 0, cachedShare } = last ?? {};
  const cached = cachedShare === undefined ? null : { targetId, share: cachedShare };
  return { ...(sizeOf?.() ?? typicalRequest), cached };
}

function refusal(asked: Asked<BoardTarget>, refused: RefusedOffers): Refused {
  const name = asked.kind === 'pinned' ? `${asked.target.name}/${asked.model}` : asked.model;
  const { fault } = refused;
  switch (fault.code) {
    case 'bare_names_off':
      return notFound(`name the model as channel/model: "${name}" has no known channel`);
    case 'target_disabled':
    case 'no_such_offer':
      return notFound(sentenceOfNoOffer(fault.code, asked));
    case 'not_allowed': {
      const message = `this key may not use "${name}"`;
      const error = { status: 403, code: 'model_not_allowed', message, param: 'model' } as const;
      return { ok: false, error };
    }
    default:
      return { ok: false, error: refusalError(fault, refused) };
  }
}

const noTarget: Refused = {
  ok: false,
  error: {
    ...{ status: 404, code: 'channel_not_found', param: 'target_id' },
    message: 'X-Target-Id, or target_id in the query, must be the id of a channel',
  },
};

function notFound(message: string): Refused {
  return { ok: false, error: { status: 404, code: 'model_not_found', message, param: 'model' } };
}
