import type { TargetCounts } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';

/** Counts the targets by the status of their last run, disabled targets included. */
export async function countTargets(db: Database): Promise<TargetCounts> {
  const targets = await db.kysely
    .selectFrom('targets')
    .select(['enabled', 'last_status'])
    .where('deleted_at', 'is', null)
    .execute();
  const { running } = await db.kysely
    .selectFrom('runs')
    .select((select) => select.fn.countAll().as('running'))
    .where('status', '=', 'running')
    .executeTakeFirstOrThrow();
  const withStatus = (...statuses: (string | null)[]) =>
    targets.filter((target) => statuses.includes(target.last_status)).length;
  return {
    total_targets: targets.length,
    enabled_targets: targets.filter((target) => target.enabled).length,
    running_targets: Number(running),
    healthy: withStatus('healthy'),
    degraded: withStatus('degraded'),
    down_or_error: withStatus('down', 'error'),
  };
}
