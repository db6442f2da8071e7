import { pricedClasses, recordOf } from '@api-monitor/core';
import { z } from 'zod';

/** US dollars per million tokens. No model costs that much; a higher price is a mistake. */
const rate = z.number().min(0).max(100_000).optional();
const rates = recordOf(pricedClasses, () => rate);
const secondOfDay = z.int().min(0).max(86_400);

const priceSchema = z.object({
  ...rates,
  request: z.number().min(0).max(1_000).optional(),
  tiers: z
    .array(z.object({ above: z.int().min(0), ...rates }))
    .max(10)
    .optional(),
  from: z.number().optional(),
  daily: z.tuple([secondOfDay, secondOfDay]).optional(),
});

const name = z.string().min(1).max(256);

const modelSchema = z.object({
  /** Its names, in lower case; with `*` in some. */
  names: z.array(name).min(1).max(100),
  prices: z.array(priceSchema).min(1).max(20),
});

const providerSchema = z.object({
  id: name,
  models: z.array(modelSchema).max(10_000),
});

/** Each is compared with every model that is priced; the data has a few hundred. */
const mostPatterns = 5_000;

/** What providers charge for their models. */
export const tableDataSchema = z
  .object({ providers: z.array(providerSchema).max(1_000) })
  .refine(({ providers }) => patternsIn(providers) <= mostPatterns, 'has too many patterns');
export type TableData = z.output<typeof tableDataSchema>;
export type TableProvider = z.output<typeof providerSchema>;
export type TableModel = z.output<typeof modelSchema>;

function patternsIn(providers: readonly TableProvider[]): number {
  const names = providers.flatMap(({ models }) => models.flatMap((model) => model.names));
  return names.filter((one) => one.includes('*')).length;
}
