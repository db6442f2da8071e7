import { z } from 'zod';
import { evidenceShape } from '../evidence/evidence-shape.ts';
import { probeResultShape } from '../probes/probe-row.ts';
import { unixSeconds } from '../shape.ts';
import { probedFields } from './probed-fields.ts';

/** A model's state on a channel: its latest probe, and the evidence for each of its routes. */
export const modelStateShape = z.object({
  ...probeResultShape.pick(probedFields).shape,
  state_since: unixSeconds.describe('when success last flipped, Unix seconds'),
  last_success_at: unixSeconds.nullable(),
  wrong_answers: z.int().describe('how many answers in a row were readable but wrong'),
  evidence: z.array(evidenceShape),
  recheck_at: unixSeconds.nullable().describe('when a single probe asks again; null: none is due'),
  gone_at: unixSeconds.nullable().describe('when it vanished from the list; null: it is listed'),
});
export type ModelState = z.output<typeof modelStateShape>;
