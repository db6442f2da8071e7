import { z } from 'zod';
import { gatewayRecordSchema } from '../gateway/proxy-request.ts';

/** Work that one process hands to another; the payload is checked when it leaves the queue. */
export const runTargetJobSchema = z.strictObject({ target_id: z.int().positive() });

/** Ask this one model again, because its rest after a failure is over. */
export const probeModelJobSchema = z.strictObject({
  target_id: z.int().positive(),
  model: z.string(),
});
export type ProbeModelJob = z.infer<typeof probeModelJobSchema>;

/** A batch of requests that the gateway served, to be stored outside its request path. */
export const proxyRequestsJobSchema = z.strictObject({ requests: z.array(gatewayRecordSchema) });
export type ProxyRequestsJob = z.infer<typeof proxyRequestsJobSchema>;
