import { z } from '@hono/zod-openapi';

/** What the document says of a route that needs a token; an admin session does as well. */
export const tokenSecurity = [{ token: [] }, { session: [] }];

/** What the document says of a route that needs an admin session. */
export const sessionSecurity = [{ session: [] }];

/** A JSON answer with status 200. Errors are thrown, so they are no part of a route's types. */
export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } } } as const;
}

/** A JSON body that must be there. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

export const okSchema = z.object({ ok: z.literal(true) });
