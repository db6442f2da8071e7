import type { Context, TypedResponse } from 'hono';
import type { JSONParsed } from 'hono/utils/types';

/** Answers with JSON that is text already, or comes as such. The caller guarantees that it is a `Shape`. */
export function rawJson<Shape>(
  c: Context,
  text: string | ReadableStream,
): Response & TypedResponse<JSONParsed<Shape>, 200, 'json'> {
  const response = c.body(text, 200, { 'content-type': 'application/json' });
  return response as unknown as Response & TypedResponse<JSONParsed<Shape>, 200, 'json'>;
}
