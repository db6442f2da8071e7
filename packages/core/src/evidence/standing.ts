import { isAhead } from '../figures/clock-skew.ts';
import type { ErrorKind } from '../probes/error-kind.ts';
import { busyUntilOf, type ChannelFault, outageOf } from './channel-fault.ts';
import type { Evidence } from './evidence.ts';
import type { EvidenceRoute } from './evidence-route.ts';
import type { EvidenceState } from './evidence-state.ts';
import { type Rest, restOf } from './next-evidence.ts';
import { isLongDead } from './rest.ts';

/** What probes do with a model: ask it, leave it out as too costly, or leave it out as told. */
export const probePlans = ['probed', 'skipped', 'unprovable'] as const;
export type ProbePlanKind = (typeof probePlans)[number];

/** A channel's model with all that is known about it. */
export interface KnownModel {
  plan: ProbePlanKind;
  evidence: readonly Evidence[];
  /** Of its channel, which may only be busy. */
  fault: ChannelFault | null;
}

/** What the evidence says about a model on one route, now. Times are Unix seconds. */
export interface Standing {
  state: EvidenceState;
  rest: Rest;
  since: number | null;
  proved_at: number | null;
  proved_by: Evidence['proved_by'];
  first_token_s: number | null;
  is_wrong_answer: boolean;
  failing_since: number | null;
  /** When it may be tried again; null if that isn't known. */
  retry_at: number | null;
  /** Whether another route of the model is proven: only then an unproven one may be tried. */
  is_proven_elsewhere: boolean;
  /** Whether the whole channel is at fault. */
  is_channel_fault: boolean;
  /** Until when its channel rests after too many requests, and others go first; null if it doesn't. */
  channel_busy_until: number | null;
  /** Whether the probe that should ask a failed model again hasn't come, so that clients may try. */
  is_overdue: boolean;
  error_kind: ErrorKind | null;
  error: string | null;
}

const nothingKnown: Omit<Standing, 'state' | 'is_proven_elsewhere'> = {
  ...{ rest: 'none', since: null, proved_at: null, proved_by: null, first_token_s: null },
  ...{
    is_wrong_answer: false,
    failing_since: null,
    retry_at: null,
    is_channel_fault: false,
    channel_busy_until: null,
    is_overdue: false,
  },
  ...{ error_kind: null, error: null },
};

/** The standing of a model on a route. */
export function standingOn(known: KnownModel, route: EvidenceRoute, nowS: number): Standing {
  const fault = outageOf(known.fault);
  const channel_busy_until = busyUntilOf(known.fault, nowS);
  return { ...standingWith({ ...known, fault }, route, nowS), channel_busy_until };
}

function standingWith(known: KnownModel, route: EvidenceRoute, nowS: number): Standing {
  const entry = known.evidence.find((one) => one.route === route);
  const others = known.evidence.filter((one) => one.route !== route);
  const is_proven_elsewhere = others.some(({ state }) => state === 'proven');
  if (known.fault) {
    const { fault, ...model } = known;
    const fallen = faulty(fault, nowS);
    if (fallen.rest === 'resting') return { ...fallen, is_proven_elsewhere };
    // After its rest one request may show whether the channel is back.
    const { state, rest } = standingWith({ ...model, fault: null }, route, nowS);
    return { ...fallen, state, rest: rest === 'none' ? fallen.rest : rest, is_proven_elsewhere };
  }
  if (entry && !isForgotten(entry, nowS)) {
    return { ...ofEntry(entry, known.plan, nowS), is_proven_elsewhere };
  }
  if (known.plan !== 'probed') return { ...nothingKnown, state: known.plan, is_proven_elsewhere };
  const failed = others.find(({ state }) => state === 'failed');
  if (is_proven_elsewhere || !failed) {
    const first_token_s = others.find((one) => one.state === 'proven')?.first_token_s ?? null;
    return { ...nothingKnown, state: 'unproven', first_token_s, is_proven_elsewhere };
  }
  return { ...ofEntry(failed, known.plan, nowS), is_proven_elsewhere };
}

/** A refusal is forgotten after its rest, and evidence without a finding says nothing. */
function isForgotten({ state, found_at, rest_until, failures }: Evidence, nowS: number): boolean {
  if (state === 'unproven') return failures === 0;
  return state === 'refused' && ((rest_until ?? 0) <= nowS || isAhead(found_at, nowS));
}

function ofEntry(entry: Evidence, plan: ProbePlanKind, nowS: number) {
  const { since, proved_at, proved_by, first_token_s, is_wrong_answer, failing_since } = entry;
  const rest = restOf(entry, nowS);
  // Nobody probes such a model, so clients try it first, and again after each rest.
  const isClientsTurn =
    plan !== 'probed' &&
    (entry.state === 'unproven' || (entry.state === 'failed' && rest === 'half_open'));
  return {
    state: isClientsTurn ? plan : entry.state,
    rest,
    since,
    proved_at,
    proved_by,
    first_token_s,
    is_wrong_answer,
    failing_since,
    retry_at: entry.rest_until,
    is_channel_fault: false,
    channel_busy_until: null,
    is_overdue: isOverdue(entry, nowS),
    error_kind: entry.error_kind,
    error: entry.error,
  };
}

/** Probes may have no budget left, or the worker may be down. */
const overdueS = 120;

function isOverdue({ state, rest_until, failing_since }: Evidence, nowS: number): boolean {
  const isLate = nowS - (rest_until ?? nowS) > overdueS;
  return state === 'failed' && isLate && !isLongDead(failing_since, nowS);
}

function faulty(fault: ChannelFault, nowS: number) {
  const { kind: error_kind, error, since, rest_until: retry_at } = fault;
  const rest = retry_at > nowS ? 'resting' : 'half_open';
  const times = { since, failing_since: since, retry_at };
  const state = 'failed';
  return {
    ...nothingKnown,
    ...times,
    state,
    rest,
    is_channel_fault: true,
    error_kind,
    error,
  } as const;
}

/** A model's state over all routes, with the route that decides it; null if none was asked. */
export interface Headline extends Standing {
  route: EvidenceRoute | null;
}

/** The best first: what a model can do outweighs what it can't. */
const headlineOrder: readonly EvidenceState[] = [
  'proven',
  'unprovable',
  'skipped',
  'failed',
  'refused',
  'unproven',
];

/** The one state by which cards, lists, metrics and the status page show a model. */
export function headlineOf(known: KnownModel, nowS: number): Headline {
  const standings = known.evidence
    .filter((entry) => !isForgotten(entry, nowS))
    .map(({ route }) => ({ ...standingOn(known, route, nowS), route }))
    .sort((a, b) => placeOf(a) - placeOf(b) || (b.proved_at ?? 0) - (a.proved_at ?? 0));
  const [best] = standings;
  const outage = outageOf(known.fault);
  if (outage) {
    const route = best?.route ?? null;
    return { ...faulty(outage, nowS), is_proven_elsewhere: false, route };
  }
  if (best && !(best.state === 'refused' && known.plan !== 'probed')) return best;
  const state = known.plan === 'probed' ? 'unproven' : known.plan;
  return { ...nothingKnown, state, is_proven_elsewhere: false, route: null };
}

/** A route that rests after failures comes after one in the same state that doesn't. */
function placeOf({ state, rest }: Standing): number {
  return headlineOrder.indexOf(state) + (rest === 'none' ? 0 : 0.5);
}

/** Whether a client that asks on the best route would be served now. */
export function isServable({ state, rest }: Pick<Standing, 'state' | 'rest'>): boolean {
  return state === 'proven' && rest !== 'resting';
}

/** Whether it is known if the model works. If not, it doesn't count among those that can't be served. */
export function isTold({ state }: Pick<Standing, 'state'>): boolean {
  return state !== 'skipped' && state !== 'unprovable';
}
