import { z } from 'zod';

/** How many targets there are, disabled ones included, and how many of them by the status of their last run. */
export const targetCountsShape = z.object({
  total_targets: z.int(),
  enabled_targets: z.int(),
  running_targets: z.int(),
  healthy: z.int(),
  degraded: z.int(),
  down_or_error: z.int(),
});
export type TargetCounts = z.output<typeof targetCountsShape>;
