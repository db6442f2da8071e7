import { z } from 'zod';

/** The work that processes hand each other; payloads are checked where they leave the queue. */
export const runTargetJobSchema = z.strictObject({ target_id: z.int().positive() });
export type RunTargetJob = z.infer<typeof runTargetJobSchema>;
