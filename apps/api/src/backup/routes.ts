import { AppError } from '@api-monitor/core';
import { snapshotDatabase } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { streamFile } from './stream-file.ts';

/** How long a download may stall. */
const idleMs = 60_000;

export function backupRoutes(deps: ApiDeps) {
  const { sessionRoute } = createRouteKinds(deps, 'admin');
  let isUnderWay = false;
  const end = () => {
    isUnderWay = false;
  };
  return createRouter().openapi(
    sessionRoute('get', '/api/admin/backup', {
      summary: 'A backup: the current database as a SQLite file, without admin sessions',
      description:
        'Its secrets are sealed: restoring it needs encryption.key (or ENCRYPTION_KEY), which is not part of it. 501 on Postgres, which has pg_dump.',
      responses: {
        200: {
          description: 'registry.db',
          content: {
            'application/vnd.sqlite3': { schema: z.string().openapi({ format: 'binary' }) },
          },
        },
      },
    }),
    async (c) => {
      // Nobody would read the snapshot of a HEAD.
      if (c.req.method === 'HEAD') return c.body(null, 200);
      if (isUnderWay) throw new AppError('conflict', 'a backup is already running');
      isUnderWay = true;
      try {
        const { file, bytes } = await snapshotDatabase(deps.db, c.req.raw.signal);
        await c.var.audit(deps.db, 'backup.downloaded').catch(async (error) => {
          await file.close();
          throw error;
        });
        return c.body(streamFile(file, idleMs, end), 200, {
          'content-type': 'application/vnd.sqlite3',
          'content-length': String(bytes),
          'content-disposition': `attachment; filename="${nameAt(deps.now())}"`,
          'cache-control': 'no-store',
        });
      } catch (error) {
        end();
        throw error;
      }
    },
  );
}

/** `api-monitor-20260131-235959.db`, in UTC. */
function nameAt(nowS: number): string {
  const digits = new Date(nowS * 1000).toISOString().replaceAll(/\D/g, '');
  return `api-monitor-${digits.slice(0, 8)}-${digits.slice(8, 14)}.db`;
}
