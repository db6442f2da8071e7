import type { RunRow } from '@api-monitor/db';
import type { z } from '@hono/zod-openapi';
import type { runSchema } from './run-schema.ts';

/** A run as the wire has it: when its worker last beat is nobody's concern. */
export function runItem({ heartbeat_at: _beat, ...run }: RunRow): z.infer<typeof runSchema> {
  return run;
}
