import type { Language } from '../i18n/translate.ts';

/** Smaller amounts are shown as less than this one. */
const leastShown = 0.000_001;

/**
 * An amount of money in the reader's words: `$12.40`, `$0.35`, `$0.0042`. Amounts below one cent keep two
 * figures, so that they aren't shown as nothing; an em dash if it is unknown.
 */
export function formatMoney(amount: number | null, currency: string, language: Language): string {
  if (amount === null) return '—';
  if (amount > 0 && amount < leastShown) {
    return `< ${formatMoney(leastShown, currency, language)}`;
  }
  return formatOf(language, currency, digitsFor(Math.abs(amount))).format(amount);
}

type Digits = 'usual' | 'small' | 'tiny';

function digitsFor(amount: number): Digits {
  if (amount >= 1 || amount === 0) return 'usual';
  return amount >= 0.01 ? 'small' : 'tiny';
}

const options: Record<Digits, Intl.NumberFormatOptions> = {
  usual: {},
  small: { minimumFractionDigits: 2, maximumFractionDigits: 4 },
  tiny: { maximumSignificantDigits: 2 },
};

/** Created once, because creating one costs more than a hundred uses. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(language: Language, currency: string, digits: Digits): Intl.NumberFormat {
  const key = `${language} ${currency} ${digits}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(language, {
    ...{ style: 'currency', currency, currencyDisplay: 'narrowSymbol' },
    ...options[digits],
  });
  formats.set(key, format);
  return format;
}
