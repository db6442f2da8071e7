import { listLogFilesInUse, pruneProxyRequests, pruneRuns, readSettings } from '@api-monitor/db';
import { cleanLogs } from './log/clean-logs.ts';
import type { WorkerDeps } from './worker-deps.ts';

const pruneBatchRows = 500;

/** Deletes runs and requests older than the retention, in batches between which other work goes on. */
export async function pruneHistory(deps: WorkerDeps): Promise<void> {
  const { retentionDays } = deps.limits;
  if (retentionDays === 0) return;
  const before = deps.nowS() - retentionDays * 86_400;
  const batch = { before, batchSize: pruneBatchRows, signal: deps.stopping };
  const runs = await pruneRuns(deps.db, batch);
  const requests = await pruneProxyRequests(deps.db, batch);
  if (runs + requests > 0) deps.logger.info({ runs, requests, retentionDays }, 'old rows deleted');
}

/** Keeps the JSONL logs below their limit; settings made at run time go before the environment. */
export async function cleanOldLogs(deps: WorkerDeps): Promise<void> {
  const settings = await readSettings(deps.db);
  const maxSizeMb = settings.log_max_size_mb ?? deps.limits.logMaxSizeMb;
  const isEnabled = settings.log_cleanup_enabled ?? deps.limits.isLogCleanupEnabled;
  if (!isEnabled || maxSizeMb === 0) return;
  const inUse = new Set(await listLogFilesInUse(deps.db));
  const deleted = await cleanLogs({ dir: deps.logDir, maxBytes: maxSizeMb * 1024 ** 2, inUse });
  if (deleted.length > 0) deps.logger.info({ count: deleted.length }, 'old logs deleted');
}
