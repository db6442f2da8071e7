import type { RoutingPolicy } from '@api-monitor/core';
import { formatLatency, formatRate, formatSpan } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';
import {
  type Offer,
  type OfferedModel,
  type OfferedModels,
  stateOfModel,
} from './offered-model.ts';

const tones = { alive: 'ok', partly: 'warn', dead: 'bad', idle: 'idle' } as const;

/** Everything that a model's card shows, ready to print. */
export function modelCard(
  one: OfferedModel,
  { policy, bare_models }: Pick<OfferedModels, 'policy' | 'bare_models'>,
  translator: Translator,
) {
  const { t } = translator;
  const alive = one.channels.filter((offer) => offer.refused === null && !offer.skipped);
  const first = one.channels.find((offer) => offer.target_id === one.chosen_target_id);
  const speeds = alive.flatMap((offer) => offer.first_byte_s ?? []);
  return {
    model: one.model,
    protocolText: t(`protocol.${one.protocol}`),
    tone: tones[stateOfModel(one)],
    aliveText: t('offers.alive', { alive: alive.length, total: one.channels.length }),
    fastest: formatLatency(speeds.length > 0 ? Math.min(...speeds) : null),
    chosenName: first?.target_name ?? '',
    why: first ? whyChosen(first, policy, translator) : whyNone(bare_models, translator),
  };
}

function whyChosen(offer: Offer, policy: RoutingPolicy, { t }: Translator): string {
  if (offer.is_alive === null) return t('offers.why.unproven');
  if (!offer.is_fresh) return t('offers.why.stale');
  return t(`offers.why.${policy}`, { time: formatLatency(offer.first_byte_s) });
}

function whyNone(areBareModelsOn: boolean, { t }: Translator): string {
  return t(areBareModelsOn ? 'offers.why.none' : 'offers.why.pinned_only');
}

export type OfferLine = ReturnType<typeof offerLine>;

/** A channel's row in a model's table, ready to print. */
export function offerLine(
  offer: Offer,
  { model, chosen_target_id }: OfferedModel,
  nowS: number,
  translator: Translator,
) {
  const { t } = translator;
  const search = new URLSearchParams({ target_id: String(offer.target_id), model });
  const duration = formatSpan(Math.max(0, nowS - offer.state_since), translator);
  return {
    id: offer.target_id,
    model,
    name: offer.target_name,
    href: `/viewer.html?${search}`,
    /** Its place in the gateway's order; empty if it is refused. */
    rankText: offer.rank === null ? '' : String(offer.rank),
    isChosen: offer.target_id === chosen_target_id,
    tone: toneOfOffer(offer),
    stateText: stateText(offer, translator),
    sinceText: offer.skipped ? '' : t('models.since', { duration }),
    firstByte: formatLatency(offer.first_byte_s),
    latency: offer.skipped ? '—' : formatLatency(offer.latency_s),
    rate: formatRate(offer.output_tokens_per_s),
    provedAt: offer.proved_at,
    /** Why it has that place. */
    reason: reasonOf(offer, translator),
    error: errorOf(offer),
  };
}

/** The error of the latest check, or of live traffic since then. */
function errorOf({ is_alive, probe_error, live_failures, live_error }: Offer): string {
  if (is_alive === false) return probe_error ?? '';
  return live_failures > 0 ? (live_error ?? '') : '';
}

function toneOfOffer({
  enabled,
  is_alive,
  breaker,
  live_failures,
}: Offer): 'ok' | 'warn' | 'bad' | 'idle' {
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
