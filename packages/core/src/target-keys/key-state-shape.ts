import { z } from 'zod';
import { channelFaultShape } from '../evidence/channel-fault-shape.ts';
import { unixSeconds } from '../shape.ts';

/** What is known about one of a channel's keys. */
export const keyStateShape = z.object({
  key: z.string().describe('a short hash of the key, so that its state outlives a new order'),
  proved_at: unixSeconds.nullable().describe('when it last got an answer; null: never'),
  fault: channelFaultShape
    .omit({ unreached_models: true })
    .nullable()
    .describe('why it gets no answers; null: none is known'),
});
