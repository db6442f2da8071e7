import { type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { ApiDeps } from './api-deps.ts';
import { authenticate, requireAdmin, requireSession } from './auth/authenticate.ts';
import type { ApiEnv } from './router.ts';

/** What the document says of a route that needs a token; an admin session will do too. */
export const tokenSecurity = [{ token: [] }, { session: [] }];

/** What the document says of a route that needs an admin session. */
const sessionSecurity = [{ session: [] }];

type Description = Omit<RouteConfig, 'method' | 'path' | 'tags' | 'security' | 'middleware'>;

/** One function for each kind of route, by who may call it. `tag`: the group in the document. */
export function createRouteKinds(deps: ApiDeps, tag: string) {
  const kindOf =
    (security: RouteConfig['security'], middleware: MiddlewareHandler<ApiEnv>[]) =>
    <Method extends RouteConfig['method'], Path extends string, Rest extends Description>(
      method: Method,
      path: Path,
      rest: Rest,
    ): Rest & { method: Method; path: Path } => ({
      ...rest,
      method,
      path,
      tags: [tag],
      ...(security ? { security } : {}),
      middleware,
    });
  const caller = authenticate(deps);
  return {
    /** For anybody. */
    publicRoute: kindOf(undefined, []),
    /** For any token, the visitor's too. */
    visitorRoute: kindOf(tokenSecurity, [caller]),
    /** For the API token or an admin session. */
    adminRoute: kindOf(tokenSecurity, [caller, requireAdmin]),
    /** For admin sessions only. */
    sessionRoute: kindOf(sessionSecurity, [caller, requireSession]),
  };
}

/** A JSON answer with status 200. Errors are thrown, so they aren't part of a route's types. */
export function jsonAnswer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } } } as const;
}

/** A required JSON body. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

export const okSchema = z.object({ ok: z.literal(true) });

/** A page of a list, newest first. */
export function pageSchema<Schema extends z.ZodType>(item: Schema) {
  const next_before_id = z
    .int()
    .nullable()
    .openapi({ description: 'before_id of the next page; null: this is the last' });
  return z.object({ items: z.array(item), next_before_id });
}

/** The page of the first `limit` items; `found` has one more if there is another page. */
export function pageOf<Item extends { id: number }>(found: readonly Item[], limit: number) {
  const items = found.slice(0, limit);
  return { items, next_before_id: found.length > limit ? (items.at(-1)?.id ?? null) : null };
}
