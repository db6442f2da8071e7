import { adminSessionShape } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

export const sessionSchema = z.object(adminSessionShape.shape).openapi('AdminSession');
