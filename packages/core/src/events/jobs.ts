import { z } from 'zod';
import { proxyRequestSchema } from '../gateway/proxy-request.ts';

/** The work that processes hand each other; payloads are checked where they leave the queue. */
export const runTargetJobSchema = z.strictObject({ target_id: z.int().positive() });
export type RunTargetJob = z.infer<typeof runTargetJobSchema>;

/** Live traffic failed there: probe just that model at once. */
export const probeModelJobSchema = z.strictObject({
  target_id: z.int().positive(),
  model: z.string(),
});
export type ProbeModelJob = z.infer<typeof probeModelJobSchema>;

/** A batch of what the gateway served, to be written off its path. */
export const proxyRequestsJobSchema = z.strictObject({ requests: z.array(proxyRequestSchema) });
export type ProxyRequestsJob = z.infer<typeof proxyRequestsJobSchema>;
