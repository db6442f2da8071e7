import {
  listLogFilesInUse,
  pruneAudit,
  pruneProbeTotals,
  pruneProxyRequests,
  pruneRuns,
  readSettings,
} from '@api-monitor/db';
import { cleanLogs } from './log/clean-logs.ts';
import type { WorkerDeps } from './worker-deps.ts';

const pruneBatchRows = 500;

/** Deletes runs and requests older than the retention, and sums past their time, in batches between which other work goes on. */
export async function pruneHistory(deps: WorkerDeps): Promise<void> {
  const batches = { batchSize: pruneBatchRows, signal: deps.stopping };
  await pruneProbeTotals(deps.db, { ...batches, nowS: deps.nowS() });
  await pruneOldAudit(deps, batches);
  const { retentionDays } = deps.limits;
  if (retentionDays === 0) return;
  const batch = { ...batches, before: keepFromS(deps) };
  const runs = await pruneRuns(deps.db, batch);
  const requests = await pruneProxyRequests(deps.db, batch);
  if (runs + requests > 0) deps.logger.info({ runs, requests, retentionDays }, 'old rows deleted');
}

async function pruneOldAudit(
  { db, limits, nowS }: WorkerDeps,
  batches: { batchSize: number; signal: AbortSignal },
): Promise<void> {
  const { auditRetentionDays } = limits;
  if (auditRetentionDays === 0) return;
  await pruneAudit(db, { ...batches, before: nowS() - auditRetentionDays * 86_400 });
}

/** What is older than this goes, in Unix seconds; 0 where all is kept. */
function keepFromS({ limits, nowS }: WorkerDeps): number {
  return limits.retentionDays === 0 ? 0 : nowS() - limits.retentionDays * 86_400;
}

/** Deletes JSONL logs that are empty or beyond the retention, and the oldest above the limit; settings made at run time go before the environment. */
export async function cleanOldLogs(deps: WorkerDeps): Promise<void> {
  const settings = await readSettings(deps.db);
  const maxSizeMb = settings.log_max_size_mb ?? deps.limits.logMaxSizeMb;
  const isEnabled = settings.log_cleanup_enabled ?? deps.limits.isLogCleanupEnabled;
  if (!isEnabled) return;
  const inUse = new Set(await listLogFilesInUse(deps.db));
  const nowS = deps.nowS();
  const deleted = await cleanLogs({
    dir: deps.logDir,
    maxBytes: maxSizeMb === 0 ? Number.POSITIVE_INFINITY : maxSizeMb * 1024 ** 2,
    keepFromS: keepFromS(deps),
    nowS,
    inUse,
  });
  if (deleted.length > 0) deps.logger.info({ count: deleted.length }, 'old logs deleted');
}
