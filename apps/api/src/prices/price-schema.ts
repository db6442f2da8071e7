import { pricedClasses, priceSources, recordOf, unixSeconds } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

const rate = z.number().optional();
const rates = recordOf(pricedClasses, () => rate);

const scheduledPriceSchema = z
  .object({
    ...rates,
    request: rate.describe('for each request'),
    tiers: z
      .array(z.object({ above: z.int().describe('tokens of input'), ...rates }))
      .optional()
      .describe('rates for all tokens of a request with a longer input'),
    from: unixSeconds.optional().describe('it holds from then on'),
    daily: z.array(z.int()).optional().describe('it holds between these seconds of the day in UTC'),
  })
  .openapi('Price');

/** What a channel charges for a model. */
const effectivePriceSchema = z
  .object({
    source: z.enum(priceSources),
    multiplier: z.number().describe("what the source's prices were multiplied by"),
    prices: z
      .array(scheduledPriceSchema)
      .describe('for a million tokens; of several, the last one that holds'),
  })
  .openapi('EffectivePrice');

const pricedModelSchema = z
  .object({
    target_id: z.int(),
    target_name: z.string(),
    model: z.string(),
    price: effectivePriceSchema.nullable().describe('null: unknown'),
    unpriced_requests: z.int().describe('requests of 30 days whose cost is unknown'),
  })
  .openapi('PricedModel');

export const pricesSchema = z.object({
  currency: z.string(),
  rules: z.array(z.string()).describe('the setting `prices`'),
  data: z
    .object({
      source: z.string().describe('the setting `price_source`; empty: what is built in'),
      fetched_at: unixSeconds.nullable().describe('when the data in force was read'),
      tried_at: unixSeconds.nullable(),
      error: z.string().nullable().describe('why it could not be read the last time'),
    })
    .describe('newer data than the price table that is built in'),
  items: z.array(pricedModelSchema).describe('those with requests of unknown cost first'),
});

const place = z.object({ timestamp: z.number(), id: z.int() });

export const repriceSchema = z.strictObject({
  from: z.number().min(0),
  to: z.number().min(0),
  dry_run: z.boolean().default(true).describe('only says what would change'),
  after: place.nullable().default(null).describe('`next` of the step before'),
});

export const repricedSchema = z.object({
  requests: z.int().describe('how many this step looked at'),
  changed: z.int(),
  cost_before: z.number(),
  cost_after: z.number(),
  unpriced_before: z.int(),
  unpriced_after: z.int(),
  next: place.nullable().describe('`after` of the next step; null: this was the last'),
});
