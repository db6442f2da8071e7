import { z } from 'zod';

/** Visible ASCII can't end a header's line, and every HTTP client accepts it. */
export function headerValue(min: number, max: number) {
  const message = 'must be printable ASCII without spaces, since it travels in a header';
  return z
    .string()
    .trim()
    .min(min)
    .max(max)
    .regex(/^[\x21-\x7e]+$/, message);
}
