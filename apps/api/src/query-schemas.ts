import type { FieldError } from '@api-monitor/core';
import { z } from '@hono/zod-openapi';

/** A number in a path or a query. `words`: what it must be. `faultOf`: what is wrong with a text. */
function numberSchema(words: string, faultOf: (text: string) => FieldError | null) {
  return z.string().transform((text, context) => {
    const params = faultOf(text);
    if (params) context.addIssue({ code: 'custom', message: words, params: { ...params } });
    return Number(text);
  });
}

/** A whole number within bounds: digits and nothing else. */
function wholeNumber(words: string, { min = 0, max = 999_999_999_999_999 } = {}) {
  return numberSchema(words, (text) => {
    if (!/^\d{1,15}$/.test(text)) return { code: 'not_whole' };
    if (Number(text) < min) return { code: 'too_small', bound: min };
    return Number(text) > max ? { code: 'too_large', bound: max } : null;
  });
}

/** `{id}` in a path. */
export const idParams = z.object({
  id: wholeNumber('must be a whole number above 0', { min: 1 }).openapi({
    param: { name: 'id', in: 'path' },
    type: 'integer',
    minimum: 1,
  }),
});

/** An id in a query. */
export const idQuery = wholeNumber('must be a whole number above 0', { min: 1 }).openapi({
  type: 'integer',
});

/** A time in a query. */
export const unixSecondsQuery = numberSchema('must be Unix seconds', (text) => {
  if (!Number.isFinite(Number(text))) return { code: 'wrong_type' };
  return Number(text) < 0 ? { code: 'too_small', bound: 0 } : null;
}).openapi({ type: 'number', description: 'Unix seconds' });

/** `?limit=`, from 1 to `max`. */
export function limitQuery(bounds: { default: number; max: number }) {
  return wholeNumber(`must be a whole number from 1 to ${bounds.max}`, { min: 1, max: bounds.max })
    .default(bounds.default)
    .openapi({ type: 'integer', minimum: 1, maximum: bounds.max, default: bounds.default });
}
