import { z } from 'zod';
import { recordOf } from '../pick.ts';
import { pricedClasses, priceSources } from './model-price.ts';

const rate = z.number().optional();

/** The price that a request's cost was computed with: the tier that it reached, with the multiplier. */
export const appliedPriceSchema = z.object({
  source: z.enum(priceSources).describe('where the price comes from'),
  multiplier: z.number().describe("what the source's prices were multiplied by"),
  ...recordOf(pricedClasses, () => rate),
  request: rate.describe('for the request itself'),
});
export type AppliedPrice = z.output<typeof appliedPriceSchema>;
