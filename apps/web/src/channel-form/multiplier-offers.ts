import type { ReadMultiplier } from '@api-monitor/core';
import type { Translator } from '../i18n/translate.ts';

/** More groups than these aren't worth a look. */
const mostOffers = 8;

/** The multipliers that a relay says, to be taken over; without the one that is entered already. */
export function multiplierOffers(
  said: readonly ReadMultiplier[],
  entered: string,
  { t, formats }: Translator,
): { text: string; value: number }[] {
  return said
    .filter(({ value }) => value !== Number(entered))
    .slice(0, mostOffers)
    .map(({ group, value }) => {
      const multiplier = t('balance.times', { number: formats.number.format(value) });
      const text = group === null ? multiplier : t('balance.group', { group, multiplier });
      return { text, value };
    });
}
