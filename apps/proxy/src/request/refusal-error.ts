import {
  type EvidenceRoute,
  isUnreported,
  type RankedOffer,
  type RouteFault,
  type Standing,
  standingOn,
} from '@api-monitor/core';
import type { BoardModel } from '../board/board.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';

/** Offers of which none may be tried, and why. */
export interface RefusedOffers {
  fault: RouteFault<BoardModel>;
  ranked: readonly RankedOffer<BoardModel>[];
  /** The wire format that the request uses. */
  route: EvidenceRoute;
  nowS: number;
}

/** A fault that one of the offers explains. */
type OfferFault = Extract<RouteFault<BoardModel>, { ranked: object }>;

/**
 * The answer if offers exist and none may be tried now. A state that passes is a 503, or a 429 after rate
 * limits, because SDKs try those again; a lasting one is a 404, because they don't try that.
 */
export function refusalError(fault: OfferFault, refused: RefusedOffers): GatewayError {
  const { offer, standing } = fault.ranked;
  const name = `${offer.target.name}/${offer.model}`;
  const { nowS } = refused;
  switch (fault.code) {
    case 'resting': {
      const message = `"${name}" rests after ${failuresOf(offer, refused)}: ${seen(standing)}`;
      return later(areAllLimited(refused.ranked) ? 429 : 503, message, standing, nowS);
    }
    case 'channel_failed': {
      const message = `the channel "${offer.target.name}" has been failing for ${age(standing, nowS)}: ${seen(standing)}`;
      return whileYoung(fault.ranked, message, nowS);
    }
    case 'probe_failed': {
      const message = `the model "${name}" has been failing for ${age(standing, nowS)}: ${seen(standing)}`;
      return whileYoung(fault.ranked, message, nowS);
    }
    case 'route_off':
    case 'route_refused':
      return gone(`"${name}" isn't served on the ${refused.route} route; ${otherRoutes(refused)}`);
    case 'too_expensive':
      return notAllowed(`"${name}" costs more than this key's max_price`);
    case 'price_unknown':
      return isUnreported(refused.route)
        ? notAllowed(`"${name}" needs a price by the request here, because this key counts money`)
        : notAllowed(`the price of "${name}" is unknown, and this key needs one`);
    case 'not_proven': {
      const isNew = offer.evidence.length === 0;
      const message = `"${name}" isn't proven yet: ${isNew ? 'its first probe is due' : otherRoutes(refused)}`;
      return isNew ? later(503, message, standing, nowS) : gone(message);
    }
  }
}

function notAllowed(message: string): GatewayError {
  return { status: 403, code: 'model_not_allowed', message, param: 'model' };
}

function gone(message: string): GatewayError {
  return { status: 404, code: 'model_not_found', message, param: 'model' };
}

/** What SDKs wait if nothing is known. */
const usualWaitS = 5;
/** Some SDKs sleep as long as they are told, however long that is; asking again sooner costs little. */
const longestWaitS = 30;

function later(
  status: 429 | 503,
  message: string,
  { retry_at }: Standing,
  nowS: number,
): GatewayError {
  const waitS = retry_at === null ? usualWaitS : retry_at - nowS;
  const code = status === 429 ? 'rate_limit_exceeded' : 'no_channel';
  return {
    status,
    code,
    message,
    retryAfterS: Math.min(longestWaitS, Math.max(1, Math.ceil(waitS))),
  };
}

/** It may be back before its next scheduled probe; a failure that has lasted longer is expected to last. */
function whileYoung(
  { offer, standing }: RankedOffer<BoardModel>,
  message: string,
  nowS: number,
): GatewayError {
  const isYoung = nowS - failingSince(standing, nowS) < offer.target.interval_min * 60;
  return isYoung ? later(503, message, standing, nowS) : gone(message);
}

function failingSince({ failing_since, since }: Standing, nowS: number): number {
  return failing_since ?? since ?? nowS;
}

function areAllLimited(ranked: readonly RankedOffer<BoardModel>[]): boolean {
  const resting = ranked.filter(({ refused }) => refused === 'resting');
  return resting.every(({ standing }) => standing.error_kind === 'rate_limit');
}

function failuresOf({ evidence }: BoardModel, { route }: RefusedOffers): string {
  const failures = evidence.find((entry) => entry.route === route)?.failures ?? 1;
  return failures === 1 ? 'a failure' : `${failures} failures in a row`;
}

function age(standing: Standing, nowS: number): string {
  const seconds = Math.max(0, nowS - failingSince(standing, nowS));
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

function seen({ error }: Standing): string {
  return error ?? 'no answer';
}

/** Where the model is served instead, by the channels that the key may use. */
function otherRoutes({ ranked, nowS }: RefusedOffers): string {
  const offers = ranked.filter(
    ({ refused }) => refused !== 'not_allowed' && refused !== 'target_disabled',
  );
  const proven = offers.flatMap(({ offer }) =>
    offer.evidence
      .map(({ route }) => route)
      .filter((route) => standingOn(offer, route, nowS).state === 'proven'),
  );
  const routes = [...new Set(proven)];
  return routes.length === 0 ? 'no other route is proven' : `it is served on: ${routes.join(', ')}`;
}
