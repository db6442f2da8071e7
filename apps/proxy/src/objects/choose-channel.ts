import { type EvidenceRoute, standingOn } from '@api-monitor/core';
import { type BoardKey, type BoardTarget, mayUse } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { Dialect } from '../request/endpoint.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import { kindsLike, nounOf, type ObjectCall } from './object-call.ts';
import type { ObjectOwner } from './object-owners.ts';

type Deps = Pick<GatewayDeps, 'board' | 'objects' | 'live' | 'nowS'>;
export type Refused = { error: GatewayError };

/** A channel as it is asked for objects: no model's evidence says whether it has them. */
export function choiceOf(
  target: BoardTarget,
  nowS: number,
  wish?: { targetKey: string | undefined; isOnly: boolean },
): Choice {
  const { targetKey, isOnly = false } = wish ?? {};
  const key = targetKey === undefined ? undefined : { key: targetKey, isOnly };
  const none = { model: '', names: [], evidence: [], fault: null, price: null } as const;
  const entry = { target, plan: 'unprovable', ...none } as const;
  return { entry, standing: standingOn(entry, 'chat', nowS), proofAgeS: null, key };
}

/** Whether the key may use anything of the channel. */
function mayUseAny(key: BoardKey, target: BoardTarget): boolean {
  if (key.targetIds && !key.targetIds.has(target.id)) return false;
  if (!key.models || key.models.namesTarget(target)) return true;
  return [...target.models.values()].some((offer) => mayUse(key, offer));
}

/** What a client pins a channel with. */
export const pinField = 'target_id';

/** The channel, if it may be asked. `field`: what leads to it. */
export function openChannel(
  { board }: Pick<Deps, 'board'>,
  key: BoardKey,
  targetId: number,
  field: string,
): BoardTarget | Refused {
  const target = board.targetById(targetId);
  if (!target && field === pinField) {
    const message = 'X-Target-Id, or target_id in the query, must be the id of a channel';
    return { error: { status: 404, code: 'channel_not_found', message, param: field } };
  }
  if (!target) {
    const message = `"${field}" belongs to a channel that no longer exists`;
    return { error: { status: 404, code: 'channel_gone', message, param: field } };
  }
  if (!mayUseAny(key, target)) {
    const message = `"${field}" belongs to a channel that this key may not use`;
    return { error: { status: 403, code: 'channel_not_allowed', message, param: field } };
  }
  if (target.enabled) return target;
  const message = `"${field}" belongs to the channel "${target.name}", which is disabled`;
  return { error: { status: 404, code: 'channel_disabled', message, param: field } };
}

export function isRefused(found: object): found is Refused {
  return 'error' in found;
}

/** Who has the object that a request names, if the key may see it. `field`: what names it. */
export async function ownerOf(
  { objects }: Deps,
  key: BoardKey,
  { id, kind }: { id: string; kind: ObjectCall['kind'] },
  { pinnedTargetId, field }: { pinnedTargetId: number | null; field: string },
): Promise<ObjectOwner | Refused> {
  const found = (await objects.find(id)).filter(
    (owner) =>
      kindsLike(kind).includes(owner.kind) &&
      (key.id === null || owner.keyId === key.id) &&
      (pinnedTargetId === null || owner.targetId === pinnedTargetId),
  );
  const owner = found.find(({ keyId }) => keyId === key.id) ?? found[0];
  if (owner) return owner;
  // The master token also reaches what was made without the gateway.
  if (key.id === null && pinnedTargetId !== null) {
    return { targetId: pinnedTargetId, targetKey: undefined, keyId: null, kind };
  }
  const noun = nounOf[kind];
  const whose = key.id === null ? 'was made through this gateway' : 'belongs to this key';
  const message = `no ${noun} "${id}" ${whose}`;
  return { error: { status: 404, code: 'not_found', message, param: field } };
}

const routesOf: Readonly<Record<Dialect, readonly EvidenceRoute[]>> = {
  openai: ['responses', 'chat', 'embeddings', 'completions'],
  anthropic: ['anthropic'],
  gemini: ['gemini', 'gemini-embed'],
};

/**
 * Where an upload that names no model may go, in the order to try: the channels that have the key's objects
 * of this kind, then those whose models are proven in this dialect, then the others.
 */
export async function uploadChoices(
  deps: Deps,
  key: BoardKey,
  { kind }: ObjectCall,
  dialect: Dialect,
): Promise<Choice[]> {
  const nowS = deps.nowS();
  const open = [...deps.board.targets()].filter((one) => one.enabled && mayUseAny(key, one));
  // A new object can be kept anywhere, so this may be unknown.
  const nowhere: Awaited<ReturnType<Deps['objects']['holders']>> = [];
  const holders = await deps.objects.holders(key.id, kind).catch(() => nowhere);
  const placeOf = (target: BoardTarget) => {
    const held = holders.findIndex(({ targetId }) => targetId === target.id);
    if (held >= 0) return held - holders.length;
    return isProven(deps, target, routesOf[dialect]) ? 0 : 1;
  };
  return open
    .map((target) => ({ target, place: placeOf(target) }))
    .sort((a, b) => a.place - b.place || a.target.sort_order - b.target.sort_order)
    .map(({ target }) => {
      const holder = holders.find(({ targetId }) => targetId === target.id);
      return choiceOf(target, nowS, { targetKey: holder?.targetKey, isOnly: false });
    });
}

function isProven({ live }: Deps, target: BoardTarget, routes: readonly EvidenceRoute[]): boolean {
  return [...target.models.values()].some((offer) => {
    const { evidence, fault } = live.of(offer);
    return !fault && evidence.some((one) => one.state === 'proven' && routes.includes(one.route));
  });
}
