import {
  errorKinds,
  evidenceRoutes,
  evidenceShape,
  evidenceStates,
  headlineOf,
  type KnownModel,
  pick,
  rests,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

/** A model's one state over all routes. */
export const headlineSchema = z
  .object({
    state: z
      .enum(evidenceStates)
      .describe(
        'proven: it answered. failed: it was asked and failed. refused: the channel does not serve it in any format that was asked. unprovable: probes leave it out, clients may be served. skipped: it can not be asked cheaply. unproven: never asked',
      ),
    route: z.enum(evidenceRoutes).nullable().describe('the wire format that decides; null: none'),
    rest: z
      .enum(rests)
      .describe('resting: nothing is sent after failures; half_open: one request may try it'),
    retry_at: unixSeconds.nullable().describe('when it may be tried again'),
    since: unixSeconds.nullable().describe('when it got into this state'),
    ...evidenceShape.pick({ proved_at: true, proved_by: true, is_wrong_answer: true }).shape,
    is_channel_fault: z.boolean().describe('whether the whole channel fails'),
    error_kind: z.enum(errorKinds).nullable(),
    error: z.string().nullable(),
  })
  .openapi('Headline');

const headlineFields = {
  state: true,
  route: true,
  rest: true,
  retry_at: true,
  since: true,
  proved_at: true,
  proved_by: true,
  is_wrong_answer: true,
  is_channel_fault: true,
  error_kind: true,
  error: true,
} as const;

export function headlineOfModel(known: KnownModel, nowS: number): z.infer<typeof headlineSchema> {
  return pick(headlineOf(known, nowS), headlineFields);
}
