import { rootPath, version } from '@api-monitor/runtime';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { errorSchema } from '../errors/error-schema.ts';
import type { ApiEnv } from '../router.ts';
import { sessionCookieName } from '../sessions/admin-session.ts';

/** The OpenAPI 3.1 document of all routes, from the schemas that also validate. */
export function apiDocument(routes: OpenAPIHono<ApiEnv>, basePath: string) {
  routes.openAPIRegistry.register('Error', errorSchema);
  routes.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'the API token, or the visitor token for reading',
  });
  routes.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookieName,
    description: 'an admin session, started with POST /api/admin/login',
  });
  const document = routes.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'API Monitor',
      version,
      description:
        'Times are Unix seconds, durations seconds. An error is {"detail": "a sentence"}; if fields of the request are to blame, `fields` has a code for each.',
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    servers: [{ url: basePath === rootPath ? rootPath : basePath.slice(0, -1) }],
  });
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = path[method];
      if (operation?.responses) operation.responses.default = errorAnswer;
    }
  }
  return document;
}

const errorAnswer = {
  description: 'refused or failed; the sentence says why',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};
