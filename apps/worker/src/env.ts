import { envBoolean, envInt } from '@api-monitor/runtime';
import { parseAllowPrivate } from '@api-monitor/upstream';
import { z } from 'zod';

/** The variables that the worker reads; an app that holds a worker takes them into its own schema. */
export const workerEnvShape = {
  MONITOR_DETECT_CONCURRENCY: envInt({ min: 1, max: 100, default: 3 }),
  MONITOR_MAX_PARALLEL_TARGETS: envInt({ min: 1, max: 1000, default: 8 }),
  LOG_CLEANUP_ENABLED: envBoolean(true),
  LOG_MAX_SIZE_MB: envInt({ min: 0, max: 102_400, default: 500 }),
  RETENTION_DAYS: envInt({ min: 0, max: 36_500, default: 90 }),
  UPSTREAM_ALLOW_PRIVATE: z
    .string()
    .default('on')
    .transform((text, context) => {
      const allowed = parseAllowPrivate(text);
      if (allowed) return allowed;
      context.addIssue({
        code: 'custom',
        message: `must be on, off, or addresses and networks (CIDR) between commas, not "${text}"`,
      });
      return z.NEVER;
    }),
};
