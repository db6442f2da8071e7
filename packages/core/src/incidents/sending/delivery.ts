import { z } from 'zod';
import { unixSeconds } from '../../shape.ts';
import { severities } from '../alert-kind.ts';
import { newsShape } from './news.ts';

/**
 * What became of a notice.
 * - `waiting`: for its time, or for another attempt.
 * - `sending`: a worker has it, until the end of its lease.
 * - `digested`: a digest has its news.
 * - `dropped`: its destination was switched off or deleted.
 */
export const deliveryStatuses = [
  'waiting',
  'sending',
  'sent',
  'failed',
  'digested',
  'dropped',
] as const;

/** A notice on its way to one destination. */
export const deliveryShape = z.object({
  id: z.int(),
  key: z.string().describe('the same for each attempt'),
  destination_id: z.int(),
  severity: z.enum(severities),
  news: z.array(newsShape),
  created_at: unixSeconds,
  due_at: unixSeconds.describe('not sent before'),
  status: z.enum(deliveryStatuses),
  attempts: z.int(),
  attempted_at: unixSeconds.nullable().describe('when the last attempt began'),
  finished_at: unixSeconds.nullable(),
  answer: z.string().nullable().describe("the vendor's, to the last attempt"),
  digest_id: z.int().nullable().describe('the delivery that has its news'),
});
export type Delivery = z.output<typeof deliveryShape>;
