export {
  type AdminSession,
  createAdminSession,
  deleteAdminSession,
  deleteOtherAdminSessions,
  findAdminSession,
  listAdminSessions,
  touchAdminSession,
} from './admin/admin-sessions.ts';
export {
  type AuditFilter,
  type ListAuditInput,
  listAudit,
  pruneAudit,
  recordAudit,
} from './admin/audit-log.ts';
export {
  confirmSecondFactor,
  countRecoveryCodes,
  enrolSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  replaceRecoveryCodes,
  type SecondFactor,
  spendRecoveryCode,
  takeCodeStep,
} from './admin/second-factor.ts';
export {
  ensureSetting,
  getSetting,
  getSettings,
  readSettings,
  setSettings,
} from './admin/settings.ts';
export { readToken, type TokenName, tokenSettings } from './admin/tokens.ts';
export { type CopiedTable, copyToPostgres } from './copy/copy-to-postgres.ts';
export { type Database, inTransaction } from './engine/database.ts';
export { pingDatabase } from './engine/health.ts';
export { readInstanceId } from './engine/instance-id.ts';
export { isPassingFault } from './engine/is-passing-fault.ts';
export { lockTargetList } from './engine/locks.ts';
export {
  databaseFileName,
  type OpenDatabaseOptions,
  type OpenedDatabase,
  openDatabase,
} from './engine/open-database.ts';
export { faultOfDatabaseUrl } from './engine/postgres/database-url.ts';
export { type Snapshot, snapshotDatabase } from './engine/sqlite/snapshot-database.ts';
export { describeStorageFault } from './engine/storage-fault.ts';
export { hashProxyKey } from './gateway/hash-proxy-key.ts';
export {
  createProxyKey,
  getProxyKey,
  listGatewayKeys,
  listProxyKeyRevisions,
  listProxyKeys,
  type ProxyKeyInput,
  type ProxyKeySecret,
  regenerateProxyKey,
  revokeProxyKey,
  updateProxyKey,
} from './gateway/proxy-keys.ts';
export type { ProxyRequestFilter } from './gateway/proxy-request-filter.ts';
export type { ProxyRequestRow } from './gateway/proxy-request-row.ts';
export { type ListProxyRequestsInput, listProxyRequests } from './gateway/proxy-requests.ts';
export {
  type PruneProxyRequestsInput,
  pruneProxyRequests,
} from './gateway/prune-proxy-requests.ts';
export { type RecordedRequests, recordProxyRequests } from './gateway/record-proxy-requests.ts';
export {
  type ProxyRequestTotals,
  type SumProxyRequestsInput,
  sumProxyRequests,
  type TotalsGroup,
  totalsGroups,
} from './gateway/sum-proxy-requests.ts';
export {
  type AvailableModel,
  type KnownModel,
  type ListModelStatesInput,
  listAvailableModels,
  listKnownModels,
  listModelStates,
  type ModelStateRow,
} from './model-states/model-states.ts';
export type { LiveChange } from './model-states/write-live-states.ts';
export { type ProbePeriod, probePeriods } from './probe-totals/probe-periods.ts';
export { addTotals, noProbes, type ProbeTotals } from './probe-totals/probe-totals.ts';
export { pruneProbeTotals } from './probe-totals/prune-probe-totals.ts';
export {
  type ProbeSeries,
  type ReadProbeSeriesInput,
  readProbeSeries,
} from './probe-totals/read-probe-series.ts';
export { type FinishRunInput, type FinishRunOutcome, finishRun } from './runs/finish-run.ts';
export {
  type DeadInTraffic,
  getLastProbe,
  type LastProbe,
  listDeadInTraffic,
} from './runs/last-probe.ts';
export { type PruneRunsInput, pruneRuns } from './runs/prune-runs.ts';
export {
  type RecordModelProbeInput,
  type RecordModelProbeOutcome,
  recordModelProbe,
} from './runs/record-model-probe.ts';
export { type ListRunModelsInput, listRunModels } from './runs/run-models.ts';
export type { RunRow } from './runs/run-row.ts';
export {
  endInterruptedRuns,
  getLatestFinishedRun,
  getRun,
  heartbeatRun,
  listLogFilesInUse,
  listRunningRuns,
  listRunningTargetIds,
  listRuns,
  type StartRunInput,
  type StartRunOutcome,
  startRun,
} from './runs/runs.ts';
export { encryptionKeyFileName, faultOfEncryptionKey } from './secrets/encryption-key.ts';
export type { SecretBox } from './secrets/secret-box.ts';
export { secretSettingKeys } from './secrets/secret-columns.ts';
export {
  type ChecksWindow,
  listChannelChecks,
  listFailureKinds,
  listModelChecks,
} from './status/status-checks.ts';
export { listDaysOfFailedRuns, listStatusDays } from './status/status-days.ts';
export {
  listStatusItems,
  replaceStatusItems,
  type StatusItemInput,
} from './status/status-items.ts';
export { readStatusPage, writeStatusPage } from './status/status-page.ts';
export { countTargets, type DashboardCounts } from './targets/dashboard-counts.ts';
export { deleteTarget } from './targets/delete-target.ts';
export { listDueTargets } from './targets/due-targets.ts';
export { reorderTargets } from './targets/reorder-targets.ts';
export { createSortOrders, type SortOrders } from './targets/sort-order.ts';
export {
  createTarget,
  findTargetByName,
  getTarget,
  listTargetRevisions,
  listTargets,
  listTargetsByIds,
  openApiKey,
  updateTarget,
} from './targets/targets.ts';
