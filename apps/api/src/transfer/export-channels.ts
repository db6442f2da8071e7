import { listTargets, openApiKey } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { targetSchema } from '../targets/target-schema.ts';
import { entryFields } from './channel-entry.ts';
import { type ExportFormat, exportFormats, writeExport } from './write-export.ts';

const typeOf: Record<ExportFormat, string> = {
  json: 'application/json',
  yaml: 'application/yaml',
  csv: 'text/csv; charset=utf-8',
};

const textContent = { schema: z.string() };
const entryShape = Object.fromEntries(
  entryFields.map((field) => [field, targetSchema.shape[field]]),
);
const fileSchema = z.object({
  channels: z.array(
    z.object({
      ...entryShape,
      api_key: z.string().optional().openapi({ description: 'in the clear, with keys=1 alone' }),
    }),
  ),
});

export function exportChannelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/channels/export',
    summary: 'All channels as a file that an import takes back',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    request: {
      query: z.object({
        format: z.enum(exportFormats).default('yaml'),
        keys: z
          .enum(['0', '1'])
          .default('0')
          .openapi({ description: '1: with the API keys in the clear' }),
      }),
    },
    responses: {
      200: {
        description: 'the file',
        content: {
          'application/yaml': textContent,
          'application/json': { schema: fileSchema },
          'text/csv': textContent,
        },
      },
    },
  });
  return createRouter().openapi(route, async (c) => {
    const { format, keys } = c.req.valid('query');
    const keyOf = keys === '1' ? openApiKey.bind(null, deps.db) : null;
    const text = await writeExport(await listTargets(deps.db), format, keyOf);
    const changes = [{ field: 'keys', old: null, new: keys === '1' }];
    await recordAction(deps.db, c.var.actor, { action: 'channels.exported', changes }, deps.now());
    return c.body(text, 200, {
      'content-type': typeOf[format],
      'content-disposition': `attachment; filename="channels.${format}"`,
      'cache-control': 'no-store',
    });
  });
}
