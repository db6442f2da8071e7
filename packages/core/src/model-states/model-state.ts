import { z } from 'zod';
import { probeResultShape } from '../probes/probe-row.ts';
import { unixSeconds } from '../shape.ts';
import { probedFields } from './probed-fields.ts';

/** A model's state on a channel: its latest probe, and the results of live traffic since then. */
export const modelStateShape = z.object({
  ...probeResultShape.pick(probedFields).shape,
  state_since: unixSeconds.describe('when success last flipped, Unix seconds'),
  last_success_at: unixSeconds.nullable(),
  live_failures: z
    .int()
    .describe('live requests that failed since a request or a probe last succeeded'),
  live_failed_at: unixSeconds.nullable().describe('when traffic last failed, Unix seconds'),
  live_error: z.string().nullable().describe('the last error of live traffic'),
  live_first_byte_s: z
    .number()
    .nullable()
    .describe('smoothed time to the first byte of live streams, seconds'),
});
export type ModelState = z.output<typeof modelStateShape>;
