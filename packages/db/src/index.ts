export {
  createAdminSession,
  deleteAdminSession,
  deleteOtherAdminSessions,
  findAdminSession,
  listAdminSessions,
  touchAdminSession,
} from './admin/admin-sessions.ts';
export { listAudit, pruneAudit, recordAudit } from './admin/audit-log.ts';
export {
  confirmSecondFactor,
  countRecoveryCodes,
  enrolSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  replaceRecoveryCodes,
  spendRecoveryCode,
  takeCodeStep,
} from './admin/second-factor.ts';
export {
  type CurrentSecret,
  ensureSetting,
  getSetting,
  getSettings,
  readSecrets,
  readSettings,
  readToken,
  setSettings,
} from './admin/settings.ts';
export { listBalances, pruneBalances } from './balances/balances.ts';
export {
  getChannelBalance,
  listChannelBalances,
  listDueBalances,
  saveChannelBalance,
} from './balances/channel-balances.ts';
export { listCountedCredits } from './balances/counted-credits.ts';
export { type CopiedTable, copyToPostgres } from './copy/copy-to-postgres.ts';
export { type Database, inTransaction } from './engine/database.ts';
export { pingDatabase } from './engine/health.ts';
export { readInstanceId } from './engine/instance-id.ts';
export { lockSettings, lockTargetList } from './engine/locks.ts';
export {
  type OpenDatabaseOptions,
  type OpenedDatabase,
  openDatabase,
} from './engine/open-database.ts';
export { faultOfDatabaseUrl } from './engine/postgres/database-url.ts';
export { databaseFileName } from './engine/sqlite/database-file.ts';
export { compactDatabase, releaseFreePages } from './engine/sqlite/free-pages.ts';
export { snapshotDatabase } from './engine/sqlite/snapshot-database.ts';
export { describeStorageFault, isPassingFault } from './engine/storage-fault.ts';
export { countRecentRequests, type RecentRequests } from './gateway/count-recent.ts';
export { type FirstTokens, pruneFirstTokens, readFirstTokens } from './gateway/first-tokens.ts';
export {
  findGatewayObjects,
  type GatewayObject,
  listNewestObjects,
  listObjectHolders,
  type ObjectHolder,
  pruneGatewayObjects,
} from './gateway/gateway-objects.ts';
export { hashProxyKey } from './gateway/hash-proxy-key.ts';
export { type BudgetReading, type KeyUseAsk, readBudgets, readKeyUse } from './gateway/key-use.ts';
export { type CountedRequests, listCountedRequests } from './gateway/list-counted.ts';
export {
  createProxyKey,
  getProxyKey,
  listGatewayKeys,
  listProxyKeyRevisions,
  listProxyKeys,
  type ProxyKeySecret,
  regenerateProxyKey,
  revokeProxyKey,
  updateProxyKey,
} from './gateway/proxy-keys.ts';
export { listProxyRequests } from './gateway/proxy-requests.ts';
export { pruneProxyRequests } from './gateway/prune-requests.ts';
export { recordProxyRequests } from './gateway/record-proxy-requests.ts';
export {
  type RepricedRequests,
  type RepriceStep,
  repriceRequests,
} from './gateway/reprice-requests.ts';
export {
  type GroupSpend,
  type Spend,
  type SpendGroup,
  spendGroups,
  sumProxyRequests,
  sumSpend,
  totalsGroups,
} from './gateway/sum-proxy-requests.ts';
export { readAlertRules, writeAlertRules } from './incidents/alert-rules.ts';
export { readAlertState, stepStoredAlerts } from './incidents/alert-state.ts';
export {
  type ClaimedDelivery,
  claimDelivery,
  type DeliveryOutcome,
  finishDelivery,
  getDelivery,
  listDeliveries,
  nextDeliveryAt,
  pruneDeliveries,
  retryDelivery,
} from './incidents/deliveries.ts';
export {
  createDestination,
  deleteDestination,
  getDestination,
  listDestinations,
  listManagedDestinations,
  markDestination,
  openDestinationConfig,
  openSealedConfig,
  sealConfig,
  updateDestination,
} from './incidents/destinations.ts';
export {
  countOpenIncidents,
  getIncident,
  listIncidentEvents,
  listIncidents,
  listIncidentsSince,
  pruneIncidents,
} from './incidents/incidents.ts';
export {
  createMaintenance,
  deleteMaintenance,
  listMaintenance,
  type MaintenanceInput,
  updateMaintenance,
} from './incidents/maintenance.ts';
export {
  addStatusNote,
  deleteStatusNote,
  listStatusNotes,
  type StatusNoteInput,
} from './incidents/status-notes.ts';
export type { FindingOnModel } from './model-states/apply-findings.ts';
export { listRechecks } from './model-states/list-rechecks.ts';
export {
  type AvailableModel,
  getKnownModel,
  type KnownState,
  listAvailableModels,
  listKnownModels,
  listModelStates,
  listOfferedNames,
  type ModelStateRow,
} from './model-states/model-states.ts';
export {
  type PriceReading,
  readPriceData,
  readPriceDataState,
  type StoredPriceData,
  storePriceReading,
} from './prices/price-data.ts';
export { listUnpricedModels } from './prices/unpriced-models.ts';
export { type ProbeSpend, probePeriodFor, readProbeSpend } from './probe-totals/probe-spend.ts';
export {
  addTotals,
  type ModelTotals,
  noProbes,
  type ProbePeriod,
  type ProbeTotals,
  probePeriods,
} from './probe-totals/probe-totals.ts';
export { type ProbeUsage, readProbeUsage } from './probe-totals/probe-usage.ts';
export { type AnswerCounts, readWrongAnswers } from './probe-totals/read-answers.ts';
export { readAvailability } from './probe-totals/read-availability.ts';
export { type ProbeSeries, readProbeSeries } from './probe-totals/read-probe-series.ts';
export { pruneProbeTotals, recordLostProbes } from './probe-totals/write-probe-totals.ts';
export { type FinishRunInput, type FinishRunOutcome, finishRun } from './runs/finish-run.ts';
export { type RecordKeyProbeInput, recordKeyProbe } from './runs/record-key-probe.ts';
export { recordModelProbe } from './runs/record-model-probe.ts';
export type { RunRow } from './runs/run-codec.ts';
export { listRunModels } from './runs/run-models.ts';
export {
  endInterruptedRuns,
  getLatestFinishedRun,
  getRun,
  heartbeatRun,
  listLogFilesInUse,
  listRunningRuns,
  listRunningTargetIds,
  listRuns,
  pruneRuns,
  startRun,
} from './runs/runs.ts';
export { skipRun } from './runs/skip-run.ts';
export { faultOfEncryptionKey } from './secrets/encryption-key.ts';
export { createSecretBox, type SecretBox } from './secrets/secret-box.ts';
export { type SecretName, secretSettings } from './secrets/secret-columns.ts';
export {
  type ChecksWindow,
  listChannelChecks,
  listFailureKinds,
  listModelChecks,
  listStatusDays,
  type WatchedSubject,
} from './status/status-checks.ts';
export {
  listStatusItems,
  readStatusPage,
  replaceStatusItems,
  type StatusItemInput,
  writeStatusPage,
} from './status/status-page.ts';
export {
  listCertificates,
  listCertificatesDue,
  recordCertificate,
} from './targets/certificates.ts';
export { countTargets } from './targets/dashboard-counts.ts';
export { deleteTarget } from './targets/delete-target.ts';
export { listDueTargets, listTargetsRunSince } from './targets/due-targets.ts';
export { type ListNews, readListNews } from './targets/list-news.ts';
export { getProbeMemory, listProbeConcurrency, type ProbeMemory } from './targets/probe-memory.ts';
export { createSortOrders, reorderTargets } from './targets/sort-order.ts';
export {
  channelKeysOf,
  hashedKeysOf,
  openKeys,
  type UpstreamKey,
  upstreamWith,
  usableKeysOf,
} from './targets/target-keys.ts';
export {
  createTarget,
  findTargetByName,
  getTarget,
  listTargetNames,
  listTargetRevisions,
  listTargets,
  listTargetsByIds,
  openApiKey,
  openedUpstreamTarget,
  openProxyUrl,
  openTarget,
  updateTarget,
  upstreamTargetOf,
} from './targets/targets.ts';
export {
  openTestedChannel,
  sealTestedChannel,
  type TestedChannel,
} from './targets/tested-channel.ts';
