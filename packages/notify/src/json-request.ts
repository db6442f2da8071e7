import type { z } from 'zod';
import type { HttpRequest } from './adapter.ts';
import type { Answer } from './outcome.ts';

/** A POST of a JSON body. */
export function jsonRequest(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** The answer's JSON; null if it isn't JSON, or has another shape than the vendor documents. */
export function readJson<Shape extends z.ZodType>(
  { body }: Answer,
  shape: Shape,
): z.output<Shape> | null {
  try {
    return shape.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null;
  }
}
