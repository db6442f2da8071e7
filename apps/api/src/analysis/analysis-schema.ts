import { errorKinds, recordOf, unixSeconds, wireProtocols } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import { analysisRanges } from './analysis-range.ts';

const seconds = z.number().nullable();

export const percentileNames = [
  'latency_p50_s',
  'latency_p95_s',
  'first_token_p50_s',
  'first_token_p95_s',
] as const;

/** The figures of a number of probes. */
const figures = {
  probes: z.int().openapi({ description: 'without those skipped' }),
  successes: z.int(),
  wrong_answers: z
    .int()
    .openapi({ description: 'successes that were readable but not what was asked for' }),
  availability: z.number().nullable().openapi({
    description:
      'of the time that it was watched, the share in which it could serve, in percent; null: not watched',
  }),
  ...recordOf(percentileNames, () => seconds),
  errors: z
    .array(z.object({ kind: z.enum(errorKinds), count: z.int() }))
    .openapi({ description: 'most frequent first' }),
};

export const probeFiguresSchema = z
  .object({
    ...figures,
    series: z
      .object({
        probes: z.array(z.int()),
        successes: z.array(z.int()),
        wrong_answers: z.array(z.int()),
        availability: z.array(z.number().nullable()),
        ...recordOf(percentileNames, () => z.array(seconds)),
        errors: z
          .array(z.object({ kind: z.enum(errorKinds), counts: z.array(z.int()) }))
          .openapi({ description: 'each kind that occurred, most frequent first' }),
      })
      .openapi({ description: 'a value for each of the steps' }),
  })
  .openapi('ProbeFigures');
export type ProbeFigures = z.infer<typeof probeFiguresSchema>;

const analysisItemSchema = z
  .object({
    target_id: z.int(),
    target_name: z.string(),
    model: z.string(),
    protocol: z.enum(wireProtocols),
    ...probeFiguresSchema.shape,
  })
  .openapi('Analysis');

export const analysisSchema = z.object({
  range: z.enum(analysisRanges),
  from: unixSeconds,
  to: unixSeconds,
  step_s: z.int().openapi({ description: 'seconds' }),
  accuracy: z
    .number()
    .openapi({ description: 'how far a percentile may be from the true one, as a share of it' }),
  steps: z.array(z.int()).openapi({ description: 'the start of each step, Unix seconds' }),
  total: probeFiguresSchema,
  items: z.array(analysisItemSchema).openapi({ description: 'in the order of their names' }),
});
export type Analysis = z.infer<typeof analysisSchema>;
