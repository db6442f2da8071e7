import { proxyRequestSchema, requestOutcomes } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

export const proxyRequestItemSchema = z
  .object({ id: z.int(), ...proxyRequestSchema.shape, outcome: z.enum(requestOutcomes) })
  .openapi('ProxyRequest');
