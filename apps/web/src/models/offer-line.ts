import { formatLatency, formatRate, formatSpan } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';
import type { Offer, OfferedModel } from './offered-model.ts';

/** A channel in a model's list, ready to print. */
export interface OfferLine {
  id: number;
  model: string;
  name: string;
  href: string;
  /** Its place in the order to try; empty where it is refused. */
  rankText: string;
  isChosen: boolean;
  tone: 'ok' | 'warn' | 'bad' | 'idle';
  stateText: string;
  sinceText: string;
  firstByte: string;
  latency: string;
  rate: string;
  provedAt: number;
  /** Why it stands where it stands. */
  reason: string;
  error: string;
}

export function offerLine(
  offer: Offer,
  { model, chosen_target_id }: OfferedModel,
  nowS: number,
  translator: Translator,
): OfferLine {
  const { t } = translator;
  const search = new URLSearchParams({ target_id: String(offer.target_id), model });
  const duration = formatSpan(Math.max(0, nowS - offer.state_since), translator);
  return {
    id: offer.target_id,
    model,
    name: offer.target_name,
    href: `/viewer.html?${search}`,
    rankText: offer.rank === null ? '' : String(offer.rank),
    isChosen: offer.target_id === chosen_target_id,
    tone: toneOfOffer(offer),
    stateText: stateText(offer, translator),
    sinceText: offer.skipped ? '' : t('models.since', { duration }),
    firstByte: formatLatency(offer.first_byte_s),
    latency: offer.skipped ? '—' : formatLatency(offer.latency_s),
    rate: formatRate(offer.output_tokens_per_s),
    provedAt: offer.proved_at,
    reason: reasonOf(offer, translator),
    error: errorOf(offer),
  };
}

/** What the last check said, or traffic that has failed since. */
function errorOf({ is_alive, probe_error, live_failures, live_error }: Offer): string {
  if (is_alive === false) return probe_error ?? '';
  return live_failures > 0 ? (live_error ?? '') : '';
}

function toneOfOffer({ enabled, is_alive, breaker, live_failures }: Offer): OfferLine['tone'] {
  if (!enabled || is_alive === null) return 'idle';
  if (!is_alive) return 'bad';
  return breaker !== 'closed' || live_failures > 0 ? 'warn' : 'ok';
}

function stateText({ is_alive, error_kind }: Offer, { t }: Translator): string {
  if (is_alive === null) return t('models.skipped');
  if (is_alive) return t('models.ok');
  return error_kind ? t(`kind.${error_kind}`) : t('models.bad');
}

function reasonOf(offer: Offer, { t }: Translator): string {
  if (!offer.enabled) return t('offers.reason.disabled');
  if (offer.is_alive === false) return t('offers.reason.failed');
  if (offer.breaker === 'open') return t('offers.reason.breaker');
  if (offer.breaker === 'half_open') return t('offers.reason.half_open');
  if (offer.is_alive === null) return t('offers.reason.unproven');
  return offer.is_fresh ? t('offers.reason.proven') : t('offers.reason.stale');
}
