import {
  chooseRoute,
  type EvidenceRoute,
  evidenceRoutes,
  isServable,
  standingOn,
} from '@api-monitor/core';
import type { StoredOffer } from './known-offers.ts';

/** The wire formats in which any text model may be asked. */
const textRoutes: readonly EvidenceRoute[] = ['chat', 'responses', 'anthropic', 'gemini'];

/** The routes on which a model could be asked: those of its kind, and those that anything is known of. */
export function routesOf(model: string, offers: readonly StoredOffer[]): EvidenceRoute[] {
  const plan = chooseRoute(model);
  const isText = plan.kind === 'probe' && textRoutes.includes(plan.route);
  const ofKind = isText ? textRoutes : [plannedRoute(model)];
  const known = offers.flatMap(({ evidence }) => evidence.map(({ route }) => route));
  return evidenceRoutes.filter((route) => ofKind.includes(route) || known.includes(route));
}

/** The route on which the most channels could serve the model now; with equally many, the usual one. */
export function bestRouteOf(
  model: string,
  offers: readonly StoredOffer[],
  nowS: number,
): EvidenceRoute {
  const usual = plannedRoute(model);
  const worthOf = (route: EvidenceRoute) =>
    offers.reduce((sum, offer) => sum + worthOn(offer, route, nowS), route === usual ? 0.5 : 0);
  const known = offers.flatMap(({ evidence }) => evidence.map(({ route }) => route));
  let [best, most] = [usual, worthOf(usual)];
  for (const route of new Set(known)) {
    const worth = worthOf(route);
    if (worth > most) [best, most] = [route, worth];
  }
  return best;
}

const manyOffers = 10_000;

/** A channel that can serve counts for more than any number of those that are only proven. */
function worthOn(offer: StoredOffer, route: EvidenceRoute, nowS: number): number {
  if (!offer.target.enabled) return 0;
  const standing = standingOn(offer, route, nowS);
  if (isServable(standing)) return manyOffers;
  return standing.state === 'proven' ? 1 : 0;
}

/** The route for which the model is made; chat if there is none for it. */
function plannedRoute(model: string): EvidenceRoute {
  return chooseRoute(model).route ?? 'chat';
}
