import { z } from 'zod';
import { gatewayRecordSchema } from '../gateway/proxy-request.ts';
import { noticeLanguages } from '../incidents/sending/destination.ts';

/** Work that one process hands to another; the payload is checked when it leaves the queue. */
export const runTargetJobSchema = z.strictObject({ target_id: z.int().positive() });

/** Ask this one model again, because its rest after a failure is over. */
export const probeModelJobSchema = z.strictObject({
  target_id: z.int().positive(),
  model: z.string(),
  /** The hash of the channel's key that is to be asked, because it failed; absent: any that works. */
  key: z.string().optional(),
});
export type ProbeModelJob = z.infer<typeof probeModelJobSchema>;

/** Ask a channel what is left of its balance. */
export const pollBalanceJobSchema = z.strictObject({
  target_id: z.int().positive(),
  /** A person has asked for it, so it needn't be due. */
  is_forced: z.boolean().optional(),
});
export type PollBalanceJob = z.infer<typeof pollBalanceJobSchema>;

/** Try a channel that isn't stored, or not like this; an event brings back what was found. */
export const testChannelJobSchema = z.strictObject({
  test_id: z.string(),
  /** The channel with its secrets, sealed by the api. */
  sealed_channel: z.string(),
  /** The model to ask; null: a cheap one. */
  model: z.string().nullable(),
  /** Unix seconds; nobody waits for the result after this. */
  expires_at: z.number(),
});
export type TestChannelJob = z.infer<typeof testChannelJobSchema>;

/** A batch of requests that the gateway served, to be stored outside its request path. */
export const proxyRequestsJobSchema = z.strictObject({ requests: z.array(gatewayRecordSchema) });
export type ProxyRequestsJob = z.infer<typeof proxyRequestsJobSchema>;

/** Look for what people must be told about; each job decides from what is stored. */
export const alertStepJobSchema = z.strictObject({});

/** Send a test to a destination, stored or not; an event brings back the answer. */
export const testDestinationJobSchema = z.strictObject({
  test_id: z.string(),
  kind: z.string(),
  /** The destination's config with its secrets, sealed by the api. */
  sealed_config: z.string(),
  language: z.enum(noticeLanguages),
  time_zone: z.string(),
  /** Unix seconds; nobody waits for the result after this. */
  expires_at: z.number(),
});
export type TestDestinationJob = z.infer<typeof testDestinationJobSchema>;
