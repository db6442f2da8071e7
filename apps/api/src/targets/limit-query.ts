import { z } from '@hono/zod-openapi';

/** `?limit=` as a whole number from 1 to `max`. */
export function limitQuery(bounds: { default: number; max: number }) {
  const allowed = { error: `must be a whole number from 1 to ${bounds.max}` };
  return z.coerce
    .number(allowed)
    .int(allowed)
    .min(1, allowed)
    .max(bounds.max, allowed)
    .default(bounds.default)
    .openapi({ type: 'integer', minimum: 1, maximum: bounds.max, default: bounds.default });
}
