export {
  type AdminSession,
  createAdminSession,
  deleteAdminSession,
  deleteOtherAdminSessions,
  findAdminSession,
  listAdminSessions,
  touchAdminSession,
} from './admin-sessions.ts';
export {
  type AuditFilter,
  type ListAuditInput,
  listAudit,
  pruneAudit,
  recordAudit,
} from './audit-log.ts';
export { type CopiedTable, copyToPostgres } from './copy/copy-to-postgres.ts';
export { countTargets, type DashboardCounts } from './dashboard-counts.ts';
export { type Database, inTransaction } from './database.ts';
export { deleteTarget } from './delete-target.ts';
export { listDueTargets } from './due-targets.ts';
export { encryptionKeyFileName, faultOfEncryptionKey } from './encryption-key.ts';
export { type FinishRunInput, type FinishRunOutcome, finishRun } from './finish-run.ts';
export { hashProxyKey } from './hash-proxy-key.ts';
export { pingDatabase } from './health.ts';
export { readInstanceId } from './instance-id.ts';
export { isPassingFault } from './is-passing-fault.ts';
export {
  type DeadInTraffic,
  getLastProbe,
  type LastProbe,
  listDeadInTraffic,
} from './last-probe.ts';
export { lockTargetList } from './locks.ts';
export {
  type AvailableModel,
  type KnownModel,
  type ListModelStatesInput,
  listAvailableModels,
  listKnownModels,
  listModelStates,
  type ModelStateRow,
} from './model-states.ts';
export {
  databaseFileName,
  type OpenDatabaseOptions,
  type OpenedDatabase,
  openDatabase,
} from './open-database.ts';
export { faultOfDatabaseUrl } from './postgres/database-url.ts';
export { type ProbePeriod, probePeriods } from './probe-periods.ts';
export { addTotals, noProbes, type ProbeTotals } from './probe-totals.ts';
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
} from './proxy-keys.ts';
export type { ProxyRequestFilter } from './proxy-request-filter.ts';
export type { ProxyRequestRow } from './proxy-request-row.ts';
export { type ListProxyRequestsInput, listProxyRequests } from './proxy-requests.ts';
export { pruneProbeTotals } from './prune-probe-totals.ts';
export { type PruneProxyRequestsInput, pruneProxyRequests } from './prune-proxy-requests.ts';
export { type PruneRunsInput, pruneRuns } from './prune-runs.ts';
export {
  type ProbeSeries,
  type ReadProbeSeriesInput,
  readProbeSeries,
} from './read-probe-series.ts';
export {
  type RecordModelProbeInput,
  type RecordModelProbeOutcome,
  recordModelProbe,
} from './record-model-probe.ts';
export { type RecordedRequests, recordProxyRequests } from './record-proxy-requests.ts';
export { reorderTargets } from './reorder-targets.ts';
export { type RequestOutcome, requestOutcomes } from './request-outcome.ts';
export { type ListRunModelsInput, listRunModels } from './run-models.ts';
export type { RunRow } from './run-row.ts';
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
} from './runs.ts';
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
} from './second-factor.ts';
export type { SecretBox } from './secret-box.ts';
export { secretSettingKeys } from './secret-columns.ts';
export {
  ensureSetting,
  getSetting,
  getSettings,
  readSettings,
  setSettings,
} from './settings.ts';
export { createSortOrders, type SortOrders } from './sort-order.ts';
export { type Snapshot, snapshotDatabase } from './sqlite/snapshot-database.ts';
export {
  type ChecksWindow,
  listChannelChecks,
  listFailureKinds,
  listModelChecks,
} from './status-checks.ts';
export { listDaysOfFailedRuns, listStatusDays } from './status-days.ts';
export { listStatusItems, replaceStatusItems, type StatusItemInput } from './status-items.ts';
export { readStatusPage, writeStatusPage } from './status-page.ts';
export { describeStorageFault } from './storage-fault.ts';
export {
  type ProxyRequestTotals,
  type SumProxyRequestsInput,
  sumProxyRequests,
  type TotalsGroup,
  totalsGroups,
} from './sum-proxy-requests.ts';
export {
  createTarget,
  findTargetByName,
  getTarget,
  listTargetRevisions,
  listTargets,
  listTargetsByIds,
  openApiKey,
  updateTarget,
} from './targets.ts';
export { readToken, type TokenName, tokenSettings } from './tokens.ts';
export type { LiveChange } from './write-live-states.ts';
