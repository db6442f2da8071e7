import { z } from '@hono/zod-openapi';

/** A whole number as it stands in a path or a query: digits and nothing else. */
export function wholeNumber(error: string) {
  return z
    .string()
    .regex(/^\d{1,15}$/, { error })
    .transform(Number);
}

/** `?limit=` as a whole number from 1 to `max`. */
export function limitQuery(bounds: { default: number; max: number }) {
  const allowed = { error: `must be a whole number from 1 to ${bounds.max}` };
  return wholeNumber(allowed.error)
    .refine((value) => value >= 1 && value <= bounds.max, allowed)
    .default(bounds.default)
    .openapi({ type: 'integer', minimum: 1, maximum: bounds.max, default: bounds.default });
}
