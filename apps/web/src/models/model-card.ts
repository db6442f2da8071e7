import type { RoutingPolicy } from '@api-monitor/core';
import { formatLatency } from '../format/duration.ts';
import type { Translator } from '../i18n/translate.ts';
import {
  type Offer,
  type OfferedModel,
  type OfferedModels,
  stateOfModel,
} from './offered-model.ts';

/** A model, ready to print. */
export interface ModelCard {
  model: string;
  protocolText: string;
  tone: 'ok' | 'warn' | 'bad' | 'idle';
  aliveText: string;
  fastest: string;
  chosenName: string;
  why: string;
}

const tones = { alive: 'ok', partly: 'warn', dead: 'bad', idle: 'idle' } as const;

export function modelCard(
  one: OfferedModel,
  { policy, bare_models }: Pick<OfferedModels, 'policy' | 'bare_models'>,
  translator: Translator,
): ModelCard {
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
