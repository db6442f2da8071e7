import { settingsInForce } from '@api-monitor/core';
import {
  listLogFilesInUse,
  pruneAudit,
  pruneBalances,
  pruneDeliveries,
  pruneGatewayObjects,
  pruneIncidents,
  pruneProbeTotals,
  pruneProxyRequests,
  pruneRuns,
  readSettings,
  releaseFreePages,
} from '@api-monitor/db';
import { cleanLogs } from './probe-logs.ts';
import type { WorkerDeps } from './worker-deps.ts';

const pruneBatchRows = 500;
/** Of the objects that channels keep for clients; the newest are remembered. */
const objectLimit = 1_000_000;
/** Older balances are thinned. */
const denseBalancesS = 10 * 86_400;

/**
 * Deletes rows that are older than their retention, in batches, so that other work continues in between, and
 * gives their space back to the disk.
 */
export async function pruneHistory(deps: WorkerDeps): Promise<void> {
  await pruneRows(deps);
  const pages = await releaseFreePages(deps.db, deps.stopping);
  if (pages > 0) deps.logger.info({ pages }, 'free pages given back to the disk');
}

async function pruneRows(deps: WorkerDeps): Promise<void> {
  const { db, limits, logger, stopping: signal } = deps;
  const batches = { batchSize: pruneBatchRows, signal };
  await pruneProbeTotals(db, { ...batches, nowS: deps.nowS() });
  await pruneGatewayObjects(db, { ...batches, nowS: deps.nowS(), limit: objectLimit });
  const auditBefore = keepFromS(deps, limits.auditRetentionDays);
  if (auditBefore > 0) await pruneAudit(db, { ...batches, before: auditBefore });
  const { retentionDays } = limits;
  const before = keepFromS(deps, retentionDays);
  const thinBefore = deps.nowS() - denseBalancesS;
  await pruneBalances(db, { ...batches, before, thinBefore });
  if (before === 0) return;
  const runs = await pruneRuns(db, { ...batches, before });
  const requests = await pruneProxyRequests(db, { ...batches, before, nowS: deps.nowS() });
  const incidents = await pruneIncidents(db, { ...batches, before });
  const deliveries = await pruneDeliveries(db, { ...batches, before });
  const deleted = { runs, requests, incidents, deliveries };
  if (Object.values(deleted).some((count) => count > 0)) {
    logger.info({ ...deleted, retentionDays }, 'old rows deleted');
  }
}

/** Everything older than this is deleted, in Unix seconds; 0 if everything is kept. */
function keepFromS({ nowS }: WorkerDeps, retentionDays: number): number {
  return retentionDays === 0 ? 0 : nowS() - retentionDays * 86_400;
}

/** Deletes logs that are empty or too old, and the oldest above the limit. */
export async function cleanOldLogs(deps: WorkerDeps): Promise<void> {
  const { db, limits, logger, logDir } = deps;
  const settings = settingsInForce(await readSettings(db), deps.givenSettings);
  if (!settings.log_cleanup_enabled) return;
  const { log_max_size_mb: maxSizeMb } = settings;
  const inUse = new Set(await listLogFilesInUse(db));
  const deleted = await cleanLogs({
    dir: logDir,
    maxBytes: maxSizeMb === 0 ? Number.POSITIVE_INFINITY : maxSizeMb * 1024 ** 2,
    keepFromS: keepFromS(deps, limits.retentionDays),
    nowS: deps.nowS(),
    inUse,
  });
  if (deleted.length > 0) logger.info({ count: deleted.length }, 'old logs deleted');
}
