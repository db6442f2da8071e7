import { proxyRequestSchema } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

export const proxyRequestItemSchema = z
  .object({ id: z.int(), ...proxyRequestSchema.shape })
  .openapi('ProxyRequest');
