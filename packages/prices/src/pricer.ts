import {
  type ChannelPricing,
  createAliasIndex,
  createChannelPricing,
  type EffectivePrice,
  type PricedChannel,
  parsePriceRule,
  type SettingValues,
} from '@api-monitor/core';
import type { PriceSource } from './price-source.ts';

/** What a channel charges for a model; null: unknown. */
export type Pricer = (
  channel: PricedChannel & { id: number },
  model: string,
) => EffectivePrice | null;

/** Prices any models of any channels by the settings and the price table of now. */
export async function createPricer(
  source: PriceSource,
  settings: Pick<SettingValues, 'prices' | 'model_aliases'>,
): Promise<Pricer> {
  const table = await source.table();
  const aliases = createAliasIndex(settings.model_aliases);
  const rules = { rules: settings.prices.map(parsePriceRule), aliases };
  const channels = new Map<number, ChannelPricing>();
  const known = new Map<string, EffectivePrice | null>();
  return (channel, model) => {
    const key = `${channel.id} ${model}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const pricing = channels.get(channel.id) ?? createChannelPricing(channel);
    channels.set(channel.id, pricing);
    const list = table.find(pricing.askedOf(model, aliases));
    const price = pricing.effectivePrice(model, rules, list);
    known.set(key, price);
    return price;
  };
}
