import { z } from 'zod';
import { errorKinds } from '../probes/error-kind.ts';
import { unixSeconds } from '../shape.ts';

/** Why a whole channel can't serve, such as a revoked key. It outweighs every proof of its models. */
export const channelFaultShape = z.object({
  kind: z.enum(errorKinds),
  error: z.string(),
  status: z
    .int()
    .optional()
    .describe('of the answer that showed it; absent if none came, and in older faults'),
  since: unixSeconds,
  found_at: unixSeconds.describe('when it was last seen'),
  failures: z.int().describe('how many times in a row'),
  rest_until: unixSeconds.describe('when one probe asks again'),
  unreached_models: z
    .array(z.string())
    .optional()
    .describe(
      'clients’ requests for these got no connection; with one alone the channel still serves. Absent for other faults',
    ),
});
