import { z } from 'zod';
import { probeResultShape } from '../probes/probe-row.ts';
import { unixSeconds } from '../shape.ts';
import { probedFields } from './probed-fields.ts';

/** A model's latest state on a channel: its latest probe, and what live traffic has shown since. */
export const modelStateShape = z.object({
  ...probeResultShape.pick(probedFields).shape,
  state_since: unixSeconds.describe('when success last flipped, Unix seconds'),
  last_success_at: unixSeconds.nullable(),
  live_failures: z
    .int()
    .describe('failures of live traffic since a request or a probe last succeeded'),
  live_failed_at: unixSeconds.nullable().describe('when traffic last failed, Unix seconds'),
  live_error: z.string().nullable().describe('of the last failure of traffic'),
  live_first_byte_s: z
    .number()
    .nullable()
    .describe('smoothed time to the first byte of live streams, seconds'),
});
export type ModelState = z.output<typeof modelStateShape>;
