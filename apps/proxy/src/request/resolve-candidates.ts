import {
  type RankedCandidate,
  type RoutingPolicy,
  rankCandidates,
  splitChannelModel,
} from '@api-monitor/core';
import type { Affinity } from '../board/affinity.ts';
import {
  type Board,
  type BoardKey,
  type BoardModel,
  type BoardTarget,
  candidateOf,
  isAllowed,
} from '../board/board.ts';
import type { Breakers } from '../board/breakers.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';

/** Where a request may go, in the order to try. */
export interface Choice {
  entry: BoardModel;
  proofAgeS: number;
}

export type Resolution = { ok: true; choices: Choice[] } | { ok: false; error: GatewayError };

export interface Ask {
  key: BoardKey;
  /** As the client named it. */
  model: string;
  /** From `X-Target-Id` or `?target_id=`. */
  pinnedTargetId: number | null;
  /** A conversation that stays on one channel while that is healthy. */
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

/** Makes the choice of channels for a request; pure but for the board it reads. */
export function createResolver(deps: ResolveDeps): (ask: Ask) => Resolution {
  let turn = 0;
  return (ask) => {
    const pinned = findPinned(deps.board, ask);
    if (pinned) return resolvePinned(deps, ask, pinned);
    if (ask.pinnedTargetId !== null) return notFound(`there is no channel ${ask.pinnedTargetId}`);
    if (!deps.areBareModelsOn)
      return notFound(`name the model as channel/model: "${ask.model}" has no known channel`);
    turn += 1;
    return resolveBare(deps, ask, turn);
  };
}

interface Pinned {
  target: BoardTarget;
  model: string;
}

/** `channel/model`, the channel's name being all before the first slash; or a channel pinned by id. */
function findPinned(board: Board, { model, pinnedTargetId }: Ask): Pinned | null {
  const split = splitChannelModel(model);
  const named = split ? board.targetByName(split.channel) : undefined;
  const rest = split?.model ?? model;
  if (pinnedTargetId === null) return named ? { target: named, model: rest } : null;
  const target = board.targetById(pinnedTargetId);
  if (!target) return null;
  return { target, model: named === target ? rest : model };
}

function resolvePinned(deps: ResolveDeps, { key }: Ask, { target, model }: Pinned): Resolution {
  if (!isAllowed(key, target, model)) return forbidden(`${target.name}/${model}`);
  const entry = target.models.get(model);
  if (!target.enabled) return notFound(`the channel "${target.name}" is disabled`);
  if (!entry) return notFound(`the channel "${target.name}" has no model "${model}"`);
  if (entry.isAlive === false) return notFound(failedSentence(deps, entry));
  const [ranked] = rank(deps, [entry], 0);
  if (!ranked || ranked.refused) return nobodyLeft(`${target.name}/${model}`);
  return { ok: true, choices: [{ entry, proofAgeS: ranked.proof_age_s }] };
}

function resolveBare(deps: ResolveDeps, ask: Ask, turn: number): Resolution {
  const offers = deps.board.offering(ask.model).filter(({ target }) => target.enabled);
  if (offers.length === 0) return notFound(`no channel offers the model "${ask.model}"`);
  const allowed = offers.filter(({ target }) => isAllowed(ask.key, target, ask.model));
  if (allowed.length === 0) return forbidden(ask.model);
  const alive = allowed.filter(({ isAlive }) => isAlive !== false);
  const [first] = allowed;
  if (alive.length === 0 && first)
    return notFound(failedSentence(deps, newestOf(allowed) ?? first));
  const ranked = rank(deps, alive, turn).filter(({ refused }) => refused === null);
  if (ranked.length === 0) return nobodyLeft(ask.model);
  const choices = ranked.flatMap((one) => {
    const entry = alive.find(({ target }) => target.id === one.target_id);
    return entry ? [{ entry, proofAgeS: one.proof_age_s }] : [];
  });
  return { ok: true, choices: withSessionFirst(deps, ask, choices) };
}

function rank(deps: ResolveDeps, entries: readonly BoardModel[], turn: number): RankedCandidate[] {
  const { breakers, policy, random } = deps;
  const candidates = entries.map((entry) =>
    candidateOf(entry, breakers.state(entry.target.id, entry.model, entry.provedAt)),
  );
  return rankCandidates(candidates, { policy, nowS: deps.nowS(), random, turn });
}

/** The channel that the conversation was on goes first while it may be chosen at all. */
function withSessionFirst({ affinity }: ResolveDeps, ask: Ask, choices: Choice[]): Choice[] {
  const placeId = ask.session === null ? null : affinity.of(ask.session, ask.model);
  const place = choices.find(({ entry }) => entry.target.id === placeId);
  return place ? [place, ...choices.filter((choice) => choice !== place)] : choices;
}

function newestOf(entries: readonly BoardModel[]): BoardModel | undefined {
  return entries.toSorted((a, b) => b.provedAt - a.provedAt)[0];
}

function failedSentence({ nowS }: ResolveDeps, entry: BoardModel): string {
  const minutes = Math.max(0, Math.round((nowS() - entry.stateSince) / 60));
  const name = `${entry.target.name}/${entry.model}`;
  return `the model "${name}" has been failing its probes for ${minutes} min: ${entry.error ?? 'no answer'}`;
}

function notFound(message: string): Resolution {
  return { ok: false, error: { status: 404, code: 'model_not_found', message, param: 'model' } };
}

function forbidden(name: string): Resolution {
  const message = `this key may not use "${name}"`;
  return { ok: false, error: { status: 403, code: 'model_not_allowed', message, param: 'model' } };
}

function nobodyLeft(name: string): Resolution {
  const message = `no channel is left for "${name}": live traffic failed there just now`;
  return { ok: false, error: { status: 503, code: 'no_channel', message, retryAfterS: 15 } };
}
