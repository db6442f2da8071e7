import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { assertSameOrigin, callerOfToken } from '../auth/authenticate.ts';
import { clientAddress } from '../auth/forwarded.ts';
import { createRouteKinds, jsonAnswer, jsonBody, okSchema } from '../describe-route.ts';
import { createRouter } from '../router.ts';

const loginSchema = z
  .strictObject({
    token: z.string().min(1).max(1024),
    remember: z
      .boolean()
      .default(false)
      .openapi({ description: 'keep the cookie when the browser is closed' }),
  })
  .openapi('PageLogin');

/** Bodies to this path have a limit of their own. */
export const pageLoginPath = '/api/login';

/** How the pages log in, so that scripts never hold the token and `Authorization` stays free. */
export function pageSessionRoutes(deps: ApiDeps) {
  const { pageSessions, trustedProxies } = deps;
  const { publicRoute } = createRouteKinds(deps, 'sessions');
  return createRouter()
    .openapi(
      publicRoute('post', pageLoginPath, {
        summary: 'Log a page in with a token: a cookie takes the place of the token',
        description:
          'The cookie (HttpOnly, SameSite=Strict) gives the rights of its token until the token is replaced. A wrong token counts like one in Authorization. For pages; scripts send their token with each call.',
        request: { body: jsonBody(loginSchema) },
        responses: jsonAnswer(
          okSchema.extend({ role: z.enum(['admin', 'visitor']) }),
          'whose token it is',
        ),
      }),
      async (c) => {
        assertSameOrigin(c, trustedProxies);
        const { token, remember } = c.req.valid('json');
        const role = await callerOfToken(deps, clientAddress(c, trustedProxies), token);
        pageSessions.open(c, token, remember);
        c.header('Cache-Control', 'no-store');
        return c.json({ ok: true as const, role }, 200);
      },
    )
    .openapi(
      publicRoute('post', '/api/logout', {
        summary: 'Forget the login of the pages',
        responses: jsonAnswer(okSchema, 'forgotten'),
      }),
      (c) => {
        assertSameOrigin(c, trustedProxies);
        pageSessions.close(c);
        return c.json({ ok: true as const }, 200);
      },
    );
}
