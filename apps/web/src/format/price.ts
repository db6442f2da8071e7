import { type AppliedPrice, pricedClasses } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';
import { formatMoney } from './money.ts';

type Prices = Partial<Pick<AppliedPrice, (typeof pricedClasses)[number] | 'request'>>;

/** A price by class: `input $2.50, output $10.00 per million tokens, $0.01 per request`. */
export function formatPrice(price: Prices, currency: string, translator: Translator): string {
  const { t, language } = translator;
  const money = (amount: number) => formatMoney(amount, currency, language);
  const classes = pricedClasses.flatMap((name) => {
    const amount = price[name];
    return amount === undefined ? [] : [t(`price.${name}`, { price: money(amount) })];
  });
  return [
    ...(classes.length === 0
      ? []
      : [t('requests.price.per_million', { prices: classes.join(', ') })]),
    ...(price.request === undefined
      ? []
      : [t('requests.price.request', { price: money(price.request) })]),
  ].join(', ');
}

/** Where a price comes from, and what it was multiplied by: `the price table × 0.35`. */
export function priceSourceText(
  { source, multiplier }: Pick<AppliedPrice, 'source' | 'multiplier'>,
  { t, formats }: Translator,
): string {
  const from = t(`requests.price.from.${source}`);
  return multiplier === 1 ? from : `${from} × ${formats.number.format(multiplier)}`;
}
