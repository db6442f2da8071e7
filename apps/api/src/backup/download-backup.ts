import { AppError } from '@api-monitor/core';
import { snapshotDatabase } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { recordAction } from '../audit/record-action.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { streamFile } from './stream-file.ts';

/** How long a download may stand still. */
const idleMs = 60_000;

export function downloadBackupRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/backup',
    summary: 'The database as it is now, without admin sessions, as a SQLite file',
    description:
      'Its secrets are sealed: encryption.key (or ENCRYPTION_KEY) belongs to it and is not within. 501 on Postgres, which has pg_dump.',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: {
      200: {
        description: 'registry.db',
        content: {
          'application/vnd.sqlite3': { schema: z.string().openapi({ format: 'binary' }) },
        },
      },
    },
  });
  let isUnderWay = false;
  return createRouter().openapi(route, async (c) => {
    // Nobody would read what a HEAD makes.
    if (c.req.method === 'HEAD') return c.body(null, 200);
    if (isUnderWay) throw new AppError('conflict', 'a backup is under way already');
    isUnderWay = true;
    const end = () => {
      isUnderWay = false;
    };
    try {
      const { file, bytes } = await snapshotDatabase(deps.db, c.req.raw.signal);
      const action = { action: 'backup.downloaded' } as const;
      await recordAction(deps.db, c.var.actor, action, deps.now()).catch(async (error) => {
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
  });
}

/** `api-monitor-20260131-235959.db`, in UTC. */
function nameAt(nowS: number): string {
  const digits = new Date(nowS * 1000).toISOString().replaceAll(/\D/g, '');
  return `api-monitor-${digits.slice(0, 8)}-${digits.slice(8, 14)}.db`;
}
