import { probeRowShape, runShape } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

export const runSchema = z.object(runShape.shape).openapi('Run');
export const probeRowSchema = z.object(probeRowShape.shape).openapi('Probe');
