// Browsers import this file, so it must not import zod.

/** What a price may be about: a class of tokens, or the request itself. */
export const priceClasses = [
  'input',
  'output',
  'cached_input',
  'cache_write',
  'cache_write_1h',
  'reasoning',
  'audio_input',
  'audio_output',
  'image_input',
  'image_output',
  'request',
] as const;
export type PriceClass = (typeof priceClasses)[number];

/** Dollars for a million tokens of a class, and for one request; what is left out follows from the others. */
export type ClassPrices = Partial<Record<PriceClass, number>>;

/** What the models of a pattern cost. */
export interface PriceRule {
  /** A model's id, in which each `*` matches any text. */
  pattern: string;
  prices: ClassPrices;
}

const largestPrice = 1_000_000;
const amount = /^(?<name>[a-z_]+)\s+(?<dollars>\d+(?:\.\d+)?)$/;

/** What is wrong with a rule; null if nothing is. */
export function faultOfPriceRule(text: string): string | null {
  const { pattern, prices } = halvesOf(text);
  if (pattern === '') {
    return 'must be "model = input 2.5, output 10", with blanks around the equals sign';
  }
  const named = new Set<string>();
  for (const part of partsOf(prices)) {
    const { name = '', dollars = '' } = amount.exec(part)?.groups ?? {};
    if (!isPriceClass(name))
      return `must have prices like "input 2.5" of ${priceClasses.join(', ')}`;
    if (Number(dollars) > largestPrice) return `must have prices up to ${largestPrice}`;
    if (named.has(name)) return `must have one price of ${name}`;
    named.add(name);
  }
  const isWhole = named.has('request') || (named.has('input') && named.has('output'));
  return isWhole ? null : 'must have a price of input and one of output, or one of request';
}

/** Reads a valid rule. */
export function parsePriceRule(text: string): PriceRule {
  const { pattern, prices: listed } = halvesOf(text);
  const prices: ClassPrices = {};
  for (const part of partsOf(listed)) {
    const { name = '', dollars } = amount.exec(part)?.groups ?? {};
    if (isPriceClass(name)) prices[name] = Number(dollars);
  }
  return { pattern, prices };
}

/** A rule as it is stored: its prices in the order of the classes. */
export function formatPriceRule({ pattern, prices }: PriceRule): string {
  const parts = priceClasses.flatMap((name) => {
    const dollars = prices[name];
    return dollars === undefined ? [] : [`${name} ${plain(dollars)}`];
  });
  return `${pattern} = ${parts.join(', ')}`;
}

/** At the last equals sign, since a model's id may have others; the pattern is empty if there is none. */
function halvesOf(text: string): { pattern: string; prices: string } {
  const at = text.lastIndexOf(' = ');
  if (at < 0) return { pattern: '', prices: '' };
  return { pattern: text.slice(0, at).trim(), prices: text.slice(at + 3) };
}

function partsOf(prices: string): string[] {
  return prices.split(',').map((part) => part.trim());
}

function isPriceClass(name: string): name is PriceClass {
  return priceClasses.some((one) => one === name);
}

/** Without an exponent, which `parsePriceRule` doesn't read. */
function plain(dollars: number): string {
  const short = String(dollars);
  return short.includes('e') ? dollars.toFixed(12).replace(/\.?0+$/, '') : short;
}
