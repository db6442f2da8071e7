import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { containerSchema, readContainer } from './read-container.ts';

const place = { root: '/sys/fs/cgroup', membership: '/proc/self/cgroup' };

const answerSchema = z.object({
  sample_time_ms: z.number().openapi({ description: 'milliseconds since 1970' }),
  container: containerSchema,
  process: z
    .object({
      cpu_usage_seconds_total: z.number(),
      memory_rss_bytes: z.int(),
      uptime_s: z.number(),
    })
    .openapi({ description: 'the process that answers' }),
});

export function resourceRoutes(deps: ApiDeps) {
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  return createRouter().openapi(
    sessionRoute('get', '/api/admin/resources', {
      summary: 'The CPU and memory that the monitor uses, and their limits',
      responses: jsonAnswer(answerSchema, 'a sample'),
    }),
    async (c) => {
      const container = await readContainer(place);
      const { user, system } = process.cpuUsage();
      const own = {
        cpu_usage_seconds_total: (user + system) / 1e6,
        memory_rss_bytes: process.memoryUsage.rss(),
        uptime_s: process.uptime(),
      };
      return c.json({ sample_time_ms: deps.now() * 1000, container, process: own }, 200);
    },
  );
}
