import { isTold, type RoutingPolicy } from '@api-monitor/core';
import { markOf } from '../channels/evidence-mark.ts';
import { purposeText } from '../channels/wording/purpose-text.ts';
import { formatLatency } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import type { Translator } from '../i18n/translate.ts';
import { cheapestOf, type Offer, type OfferedModel, type OfferedModels } from './offered-model.ts';

const tones = { all: 'ok', some: 'warn', none: 'bad', untold: 'idle' } as const;

/** Everything that a model's card shows, ready to print. */
export function modelCard(
  one: OfferedModel,
  routing: Pick<OfferedModels, 'policy' | 'bare_models' | 'currency'>,
  translator: Translator,
) {
  const { t, language } = translator;
  const { bare_models, currency } = routing;
  const cheapest = cheapestOf(one);
  const servable = one.channels.filter((offer) => offer.is_servable);
  // Those that `served_by` is about.
  const told = one.channels.filter(({ enabled, headline }) => enabled && isTold(headline));
  const first = one.channels.find((offer) => offer.target_id === one.chosen_target_id);
  const speeds = servable.flatMap((offer) => offer.first_byte_s ?? []);
  return {
    model: one.model,
    alsoText: one.names.length === 0 ? '' : t('groups.also', { names: one.names.join(', ') }),
    routeText: purposeText(one.model, translator) || t(`route.${one.route}`),
    tone: tones[one.served_by],
    servedText:
      one.served_by === 'untold'
        ? '—'
        : t('offers.served', { served: channelsIn(servable), total: channelsIn(told) }),
    fastest: formatLatency(speeds.length > 0 ? Math.min(...speeds) : null),
    /** What the cheapest working channel takes for a typical request; empty if no price is known. */
    cheapest: cheapest ? formatMoney(cheapest.estimated_cost, currency, language) : '',
    cheapestText: cheapest ? t('offers.cheapest', { name: cheapest.target_name }) : '',
    chosenName: first?.target_name ?? '',
    why: first
      ? whyFirst(first, { sharedBy: one.shared_by, ...rankedIn(one.channels) }, routing, translator)
      : whyNone(bare_models, one, t),
  };
}

/** A channel may offer a group's model under several names. */
function channelsIn(offers: readonly Offer[]): number {
  return new Set(offers.map(({ target_id }) => target_id)).size;
}

/** Why a channel is tried first. */
export function whyFirst(
  candidate: Pick<Offer, 'evidence_state' | 'rest' | 'is_wrong_answer' | 'is_fresh'> & {
    first_byte_s: number | null;
    estimated_cost: number | null;
  },
  { sharedBy, ranked, isPreferred }: Competition,
  { policy, currency }: { policy: RoutingPolicy; currency: string },
  { t, count, language }: Translator,
): string {
  const mark = markOf({ ...candidate, state: candidate.evidence_state });
  if (mark !== 'proven' && mark !== 'traffic') return t(`offers.why.${mark}`);
  if (sharedBy > 1) return count(`offers.why.shared.${policy}`, sharedBy);
  if (ranked === 1) return t('offers.why.only');
  if (isPreferred) return t('offers.why.highest');
  const { first_byte_s, estimated_cost } = candidate;
  if (policy === 'latency' && first_byte_s === null) return t('offers.why.proven');
  // Visitors don't see what it costs.
  if (policy === 'price' && estimated_cost === null) return t('offers.why.proven');
  const cost = formatMoney(estimated_cost, currency, language);
  return t(`offers.why.${policy}`, { time: formatLatency(first_byte_s), cost });
}

/** What the first channel is up against. */
interface Competition {
  sharedBy: number;
  /** How many channels may be tried. */
  ranked: number;
  /** Whether all others that may be tried have a lower priority. */
  isPreferred: boolean;
}

export function rankedIn(
  candidates: readonly Pick<Offer, 'rank' | 'priority'>[],
): Omit<Competition, 'sharedBy'> {
  const [first, ...others] = candidates.filter(({ rank }) => rank !== null);
  const isLower = (one: Pick<Offer, 'priority'>) => first && one.priority < first.priority;
  return { ranked: others.length + (first ? 1 : 0), isPreferred: others.every(isLower) };
}

/** The code that the api gives says why nothing can be chosen. */
function whyNone(
  areBareModelsOn: boolean,
  { channels }: Pick<OfferedModel, 'channels'>,
  t: Translator['t'],
): string {
  if (!areBareModelsOn) return t('reason.bare_names_off');
  const code = channels[0]?.refused_code;
  return code ? t('offers.why.none', { reason: t(`refusal.${code}`) }) : t('reason.no_such_offer');
}
