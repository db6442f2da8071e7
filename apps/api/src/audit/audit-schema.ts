import { auditEntryShape } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

export const auditEntrySchema = z.object(auditEntryShape.shape).openapi('AuditEntry');
