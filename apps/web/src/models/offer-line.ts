import { type Mark, markOf, markTones } from '../channels/evidence-mark.ts';
import { formatLatency, formatRate } from '../format/duration.ts';
import { formatMoney } from '../format/money.ts';
import { formatPrice, priceSourceText } from '../format/price.ts';
import { formatMoment, formatSeconds } from '../format/time.ts';
import type { Translator } from '../i18n/translate.ts';
import { pagePath } from '../shell/base-path.ts';
import type { Candidate, Offer, OfferedModels } from './offered-model.ts';

export type OfferLine = ReturnType<typeof offerLine>;

interface OfferOptions {
  /** How the gateway judges the channel for the wire format that is shown. */
  candidate: Candidate;
  /** The channel's own figures. */
  offer: Offer | undefined;
  /** As the card is called. */
  model: string;
  /** Whether it is tried first, or takes turns with those that are. */
  isChosen: boolean;
  nowS: number;
  /** What prices are in, and what a typical request is. */
  told: Pick<OfferedModels, 'currency' | 'estimate'>;
}

/** A channel's row in a model's table, ready to print. */
export function offerLine(
  { candidate, offer, model, isChosen, nowS, told }: OfferOptions,
  translator: Translator,
) {
  const { target_id, target_name, rank, proved_at } = candidate;
  const search = new URLSearchParams({ target_id: String(target_id), model: candidate.model });
  const mark = markOf({ ...candidate, state: candidate.evidence_state });
  return {
    id: target_id,
    name: target_name,
    /** The channel's own name for the model, if it is another. */
    ownName: candidate.model === model ? '' : candidate.model,
    href: pagePath(`/viewer.html?${search}`),
    /** Its place in the gateway's order; empty if it is refused. */
    rankText: rank === null ? '' : String(rank),
    isChosen,
    tone: offer?.enabled === false ? ('idle' as const) : markTones[mark],
    routes: (offer?.routes_proven ?? []).map((route) => translator.t(`route.${route}`)),
    firstByte: formatLatency(candidate.first_byte_s),
    ...priceTexts(candidate, told, translator),
    latency: offer && !offer.skipped ? formatLatency(offer.latency_s) : '—',
    rate: formatRate(offer?.output_tokens_per_s ?? null),
    provedAt: proved_at,
    /** Why it has that place. */
    reason: reasonOf(candidate, mark, nowS, translator),
    error: candidate.error ?? '',
  };
}

/** What the channel charges, and what that comes to for a typical request. */
function priceTexts(
  { price, estimated_cost }: Candidate,
  { currency, estimate }: OfferOptions['told'],
  translator: Translator,
) {
  if (!price) return { price: '—', priceNote: '' };
  const { t, formats, language } = translator;
  const values = {
    input: formats.number.format(estimate.input_tokens),
    output: formats.number.format(estimate.output_tokens),
    cost: formatMoney(estimated_cost, currency, language),
  };
  return {
    price: shortPrice(price, currency, language),
    priceNote: [
      formatPrice(price, currency, translator),
      priceSourceText(price, translator),
      t('offers.price.note', values),
    ].join('\n'),
  };
}

/** Input and output alone, for a narrow column: `$2.50 / $10.00`. */
function shortPrice(
  { input, output, request }: NonNullable<Candidate['price']>,
  currency: string,
  language: Translator['language'],
): string {
  const amounts = input === undefined && output === undefined ? [request] : [input, output];
  return amounts.map((amount) => formatMoney(amount ?? null, currency, language)).join(' / ');
}

/** The api's code in words, and when the channel is tried again. */
function reasonOf(candidate: Candidate, mark: Mark, nowS: number, translator: Translator): string {
  const { t } = translator;
  const { refused_code, retry_at, channel_busy_until, rest, error_kind, evidence_state } =
    candidate;
  const parts = [
    refused_code
      ? t(`refusal.${refused_code}`)
      : t(`offers.reason.${mark === 'traffic' ? 'proven' : mark}`),
  ];
  if (!refused_code) parts.push(...placeOf(candidate, translator));
  const isBusy = channel_busy_until !== null && channel_busy_until > nowS;
  // A busy channel is rate limited, which needs no second word.
  const isKindSaid = isBusy && error_kind === 'rate_limit';
  if (error_kind && evidence_state !== 'refused' && !isKindSaid) {
    parts.push(t(`kind.${error_kind}`));
  }
  if (isBusy) {
    const time = formatSeconds(channel_busy_until, translator);
    parts.push(t('offers.reason.busy', { time }));
  }
  const isUntilSaid = isBusy && retry_at !== null && Math.abs(retry_at - channel_busy_until) < 1;
  const isWaiting = retry_at !== null && retry_at > nowS && !isUntilSaid;
  if (isWaiting && (rest !== 'none' || evidence_state === 'refused')) {
    const isSoon = retry_at - nowS < 3600;
    const time = isSoon ? formatSeconds(retry_at, translator) : formatMoment(retry_at, translator);
    parts.push(t('mark.again', { time }));
  }
  return parts.join(' · ');
}

/** What the operator has set about its place: its priority, and its share of the requests. */
function placeOf({ priority, share }: Candidate, { t }: Translator): string[] {
  const parts = priority === 0 ? [] : [t('offers.reason.priority', { priority })];
  if (share > 0 && share < 1) {
    parts.push(t('offers.reason.share', { share: `${Math.round(share * 100)} %` }));
  }
  return parts;
}
