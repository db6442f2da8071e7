import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { readContainer } from './read-container.ts';

const place = { root: '/sys/fs/cgroup', membership: '/proc/self/cgroup' };

const answerSchema = z.object({
  sample_time_ms: z.number().openapi({ description: 'milliseconds since 1970' }),
  container: z.object({
    available: z.boolean(),
    cgroup_version: z.union([z.literal(1), z.literal(2)]).nullable(),
    cpu_usage_seconds_total: z
      .number()
      .nullable()
      .openapi({ description: 'grows; two samples give the cores in use between them' }),
    cpu_limit_cores: z.number().nullable().openapi({ description: 'null: none' }),
    memory_usage_bytes: z
      .int()
      .nullable()
      .openapi({ description: 'without cached files that can be dropped' }),
    memory_limit_bytes: z.int().nullable().openapi({ description: 'null: none' }),
    detail: z.string().openapi({ description: 'what is missing, and why' }),
  }),
  process: z
    .object({
      cpu_usage_seconds_total: z.number(),
      memory_rss_bytes: z.int(),
      uptime_s: z.number(),
    })
    .openapi({ description: 'the process that answers' }),
});

export function getResourcesRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/resources',
    summary: 'What CPU and memory the monitor uses, and how much it may',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'a sample'),
  });
  return createRouter().openapi(route, async (c) => {
    const container = await readContainer(place);
    const { user, system } = process.cpuUsage();
    const own = {
      cpu_usage_seconds_total: (user + system) / 1e6,
      memory_rss_bytes: process.memoryUsage.rss(),
      uptime_s: process.uptime(),
    };
    return c.json({ sample_time_ms: deps.now() * 1000, container, process: own }, 200);
  });
}
