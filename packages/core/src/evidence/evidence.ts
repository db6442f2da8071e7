import { z } from 'zod';
import { isAhead } from '../figures/clock-skew.ts';
import { errorKinds } from '../probes/error-kind.ts';
import { unixSeconds } from '../shape.ts';
import { evidenceRoutes } from './evidence-route.ts';

/**
 * What is known about a model on one route of one channel.
 * - `proven`: a probe or a client got a real answer.
 * - `unproven`: never asked on this route.
 * - `refused`: the channel doesn't serve the model on this route.
 * - `failed`: it was asked and failed; a probe has to prove it again.
 * - `unprovable`: probes can't ask it, but genuine clients may be served.
 * - `skipped`: it can't be asked cheaply (images, video, realtime).
 */
export const evidenceStates = [
  'proven',
  'unproven',
  'refused',
  'failed',
  'unprovable',
  'skipped',
] as const;
export type EvidenceState = (typeof evidenceStates)[number];

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
  failures: z.int().describe('failures in a row since the last real answer'),
  failing_since: unixSeconds.nullable().describe('the first of them'),
  rest_until: unixSeconds.nullable().describe('nothing is sent before'),
  trial_at: unixSeconds
    .nullable()
    .describe('when the one request began that tries it after a rest'),
  error_kind: z.enum(errorKinds).nullable(),
  error: z.string().nullable(),
});
export type Evidence = z.output<typeof evidenceShape>;

/** Evidence before the first finding. */
export function noEvidence(route: Evidence['route'], nowS: number): Evidence {
  return {
    ...{ route, state: 'unproven', since: nowS, found_at: nowS },
    ...{ proved_at: null, proved_by: null, first_token_s: null, is_wrong_answer: false },
    ...{ failures: 0, failing_since: null, rest_until: null, trial_at: null },
    ...{ error_kind: null, error: null },
  };
}

/**
 * Of two versions of the same evidence, the one with the later finding; `stored` if both are as old, but
 * with the other's trial, because only gateways know of trials. One that was found in the future comes from
 * a wrong clock and doesn't count.
 */
export function latestOf(
  stored: Evidence | undefined,
  heard: Evidence | undefined,
  nowS: number,
): Evidence | undefined {
  if (!stored || !heard) return stored ?? heard;
  if (isAhead(heard.found_at, nowS)) return stored;
  if (heard.found_at === stored.found_at) {
    const { trial_at } = heard;
    return trial_at === stored.trial_at ? stored : { ...stored, trial_at };
  }
  const isNewer = heard.found_at > stored.found_at || isAhead(stored.found_at, nowS);
  return isNewer ? heard : stored;
}
