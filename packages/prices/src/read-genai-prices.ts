import { namesOf, type PricedClass } from '@api-monitor/core';
import { z } from 'zod';
import { knownProviders } from './providers.ts';
import { type TableData, type TableModel, tableDataSchema } from './table-data.ts';

// The form of https://github.com/pydantic/genai-prices (prices/new_data/v2/data.json) and its package.

const amount = z.union([
  z.number(),
  z.object({ base: z.number(), tiers: z.array(z.object({ start: z.int(), price: z.number() })) }),
]);
type Amount = z.output<typeof amount>;

/** The names of our classes there. Others, such as searches, aren't tokens. */
const priceNames: Record<PricedClass, string> = {
  input: 'input_mtok',
  output: 'output_mtok',
  cached_input: 'cache_read_mtok',
  cache_write: 'cache_write_mtok',
  cache_write_1h: 'cache_write_1h_mtok',
  reasoning: 'output_reasoning_mtok',
  audio_input: 'input_audio_mtok',
  audio_output: 'output_audio_mtok',
  image_input: 'input_image_mtok',
  image_output: 'output_image_mtok',
};
const perThousandRequests = 'requests_kcount';

const amountsSchema = z.record(z.string(), amount.optional().catch(undefined));
type Amounts = z.output<typeof amountsSchema>;

const time = z.string().regex(/^\d\d:\d\d:\d\dZ$/);
const conditionalSchema = z.object({
  constraint: z
    .union([z.object({ start_date: z.iso.date() }), z.object({ start_time: time, end_time: time })])
    .optional(),
  prices: amountsSchema,
});
type Conditional = z.output<typeof conditionalSchema>;

type Match =
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { or: Match[] }
  | { and: Match[] }
  | { regex: string };

const matchSchema: z.ZodType<Match> = z.lazy(() =>
  z.union([
    z.object({ equals: z.string() }),
    z.object({ starts_with: z.string() }),
    z.object({ ends_with: z.string() }),
    z.object({ contains: z.string() }),
    z.object({ or: z.array(matchSchema) }),
    z.object({ and: z.array(matchSchema) }),
    z.object({ regex: z.string() }),
  ]),
);

const providersSchema = z.array(
  z.object({
    id: z.string(),
    models: z.array(
      z.object({
        id: z.string(),
        match: matchSchema,
        prices: z.union([z.array(conditionalSchema), amountsSchema]),
      }),
    ),
  }),
);
type Given = z.output<typeof providersSchema>[number]['models'][number];

/** Reads the data of genai-prices; throws a ZodError if it has another form. */
export function readGenaiPrices(json: unknown): TableData {
  const providers = providersSchema
    .parse(json)
    .filter(({ id }) => Object.hasOwn(knownProviders, id));
  return tableDataSchema.parse({
    providers: providers.map(({ id, models }) => ({ id, models: models.flatMap(modelOf) })),
  });
}

/** A model that has no price but is free by its name: OpenRouter's `:free`. */
const free = { input: 0, output: 0 };

function modelOf({ id, match, prices }: Given): TableModel[] {
  const names = [...new Set([id, ...namesIn(match)].map((name) => name.toLowerCase()))];
  const all: Conditional[] = Array.isArray(prices) ? prices : [{ prices }];
  const priced = all.map(priceOf).filter(isPriced);
  if (priced.length > 0) return [{ names, prices: priced }];
  return names.every((name) => name.endsWith(':free')) ? [{ names, prices: [free] }] : [];
}

/**
 * What the model is called, with `*` for any text. A regular expression isn't run, because the data may be
 * anybody's: those there are distinguish dates, which the names module knows.
 */
function namesIn(match: Match): string[] {
  if ('equals' in match) return [match.equals];
  if ('starts_with' in match) return [`${match.starts_with}*`];
  if ('ends_with' in match) return [`*${match.ends_with}`];
  if ('contains' in match) return [`*${match.contains}*`];
  if ('or' in match) return match.or.flatMap(namesIn);
  if ('and' in match) return match.and.flatMap(namesIn).slice(0, 1);
  return [];
}

type Price = TableModel['prices'][number];

function isPriced({ input, output, request }: Price): boolean {
  return [input, output, request].some((one) => one !== undefined);
}

function priceOf({ constraint, prices }: Conditional): Price {
  const price: Price = ratesOf(prices, (one) => (typeof one === 'number' ? one : one.base));
  const requests = prices[perThousandRequests];
  if (typeof requests === 'number') price.request = requests / 1000;
  const starts = Object.values(prices).flatMap((one) =>
    typeof one === 'object' ? one.tiers.map(({ start }) => start) : [],
  );
  if (starts.length > 0) {
    const above = [...new Set(starts)].sort((a, b) => a - b);
    price.tiers = above.map((start) => ({
      above: start,
      ...ratesOf(prices, (one) => rateAbove(one, start)),
    }));
  }
  if (constraint && 'start_date' in constraint) {
    price.from = Date.parse(`${constraint.start_date}T00:00:00Z`) / 1000;
  } else if (constraint) {
    price.daily = [secondOf(constraint.start_time), secondOf(constraint.end_time)];
  }
  return price;
}

function ratesOf(
  prices: Amounts,
  rateIn: (one: Amount) => number,
): Partial<Record<PricedClass, number>> {
  const rates: Partial<Record<PricedClass, number>> = {};
  for (const name of namesOf(priceNames)) {
    const one = prices[priceNames[name]];
    if (one !== undefined) rates[name] = rateIn(one);
  }
  return rates;
}

function rateAbove(one: Amount, start: number): number {
  if (typeof one === 'number') return one;
  const reached = one.tiers.filter((tier) => tier.start <= start);
  return reached.toSorted((a, b) => a.start - b.start).at(-1)?.price ?? one.base;
}

function secondOf(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.slice(0, 8).split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}
