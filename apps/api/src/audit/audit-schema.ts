import { z } from '@hono/zod-openapi';

/** A value before or after a change. */
export const auditValueSchema = z.union([z.string(), z.number(), z.boolean()]).nullable();
