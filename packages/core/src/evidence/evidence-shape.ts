import { z } from 'zod';
import { errorKinds } from '../probes/error-kind.ts';
import { unixSeconds } from '../shape.ts';
import { evidenceRoutes } from './evidence-route.ts';
import { evidenceStates } from './evidence-state.ts';

/** The evidence for one channel, model and route. Times are Unix seconds. */
export const evidenceShape = z.object({
  route: z.enum(evidenceRoutes),
  state: z.enum(evidenceStates),
  since: unixSeconds.describe('when it got into this state'),
  found_at: unixSeconds.describe('when the latest finding that counted was made'),
  proved_at: unixSeconds.nullable().describe('when a real answer last came'),
  proved_by: z.enum(['probe', 'traffic']).nullable(),
  first_token_s: z.number().nullable().describe('smoothed, in seconds'),
  is_wrong_answer: z.boolean().describe('the last checked answer was readable but wrong'),
  lacks_end: z.boolean().optional().describe('its streams end without saying so, as a probe found'),
  failures: z.int().describe('failures in a row since the last real answer'),
  failing_since: unixSeconds.nullable().describe('the first of them'),
  rest_until: unixSeconds.nullable().describe('nothing is sent before'),
  trial_at: unixSeconds
    .nullable()
    .describe('when the one request began that tries it after a rest'),
  error_kind: z.enum(errorKinds).nullable(),
  error: z.string().nullable(),
});
