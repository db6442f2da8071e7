import type { BalanceUnit } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';

const currencies: Partial<Record<BalanceUnit, string>> = { USD: 'USD', CNY: 'CNY' };
/** From here on, an amount is written short. */
const longAmount = 100_000;

/** What is left, such as `$12.34`, `¥88`, `1.2M tokens`; without a limit, the word for it. */
export function formatBalance(
  amount: number | null,
  unit: BalanceUnit,
  { t, language }: Translator,
): string {
  if (amount === null) return t('balance.unlimited');
  const isLong = Math.abs(amount) >= longAmount;
  const currency = currencies[unit];
  const number = new Intl.NumberFormat(language, {
    maximumFractionDigits: 2,
    // A request may take a little more than was left.
    signDisplay: 'negative',
    ...(isLong ? { notation: 'compact' as const, maximumFractionDigits: 1 } : {}),
    ...(currency ? { style: 'currency' as const, currency, currencyDisplay: 'narrowSymbol' } : {}),
  }).format(amount);
  return unit === 'tokens' || unit === 'quota' ? t(`balance.${unit}`, { number }) : number;
}

/** Longer is as good as for ever. */
const longestDays = 999;

/** For how long a balance lasts; empty if nobody knows, or for very long. */
export function formatDaysLeft(days: number | null, { t, count }: Translator): string {
  if (days === null || days > longestDays) return '';
  if (days === 0) return t('balance.used_up');
  return days < 1 ? t('balance.today') : count('balance.days', Math.floor(days));
}
