export { type AdminSession, adminSessionShape } from './admin/admin-session.ts';
export {
  type AuditChange,
  type AuditEntry,
  auditChangeShape,
  auditEntryShape,
  changesBetween,
} from './admin/audit.ts';
export {
  type AuditAction,
  type AuditActor,
  auditActions,
  auditActors,
} from './admin/audit-action.ts';
export {
  type GivenSettings,
  type PlainSettings,
  parseSettings,
  type SettingValues,
  settingNames,
  settingRules,
  settingsInForce,
  settingsShape,
  sourceOfSetting,
} from './admin/settings.ts';
export {
  AppError,
  type ErrorCode,
  type FieldError,
  type FieldErrorCode,
  type FieldErrors,
  fieldErrorCodes,
  httpStatusByErrorCode,
} from './app-error.ts';
export {
  type ProbeModelJob,
  type ProxyRequestsJob,
  probeModelJobSchema,
  proxyRequestsJobSchema,
  runTargetJobSchema,
} from './events/jobs.ts';
export type {
  BreakerChanged,
  MonitorEvent,
  MonitorEventType,
  RunProgressed,
} from './events/monitor-event.ts';
export { clockSkewS, hasPassed } from './figures/clock-skew.ts';
export {
  addHistogram,
  countValue,
  type Histogram,
  histogramAccuracy,
  percentileOf,
} from './figures/histogram.ts';
export { type GatewayRoute, gatewayRoutes, isProvingRoute } from './gateway/gateway-route.ts';
export {
  type ProxyKey,
  type ProxyKeyInput,
  proxyKeyFieldSchemas,
  proxyKeyShape,
} from './gateway/proxy-key.ts';
export {
  type ProxyAttempt,
  type ProxyRequest,
  type ProxyTotals,
  proxyAttemptSchema,
  proxyRequestSchema,
  proxyTotalsShape,
} from './gateway/proxy-request.ts';
export {
  isFailedRequest,
  type RequestOutcome,
  requestOutcomeOf,
  requestOutcomes,
} from './gateway/request-outcome.ts';
export { faultOfTrail, readVia, type Trail, viaMarkOf } from './gateway/via.ts';
export { type ModelState, modelStateShape } from './model-states/model-state.ts';
export {
  evidenceOf,
  hasMovedForRouting,
  type LiveEvidence,
  type LiveState,
  liveOutcomeOf,
  nextLiveState,
} from './model-states/next-live-state.ts';
export { nextModelState } from './model-states/next-model-state.ts';
export { probedFields } from './model-states/probed-fields.ts';
export { namesOf, pick, recordOf } from './pick.ts';
export type { Answer, AnswerProgress, BodyError, BodyReading } from './probes/answer.ts';
export { chooseRoute } from './probes/choose-route.ts';
export { type Attempt, correctRequest, isRouteRefused } from './probes/correct-request.ts';
export { type ErrorKind, errorKinds, isSkipped } from './probes/error-kind.ts';
export type {
  AnsweredExchange,
  Exchange,
  UnansweredExchange,
  UpstreamRequest,
  UpstreamTarget,
} from './probes/exchange.ts';
export {
  type HistoryPoint,
  historyFields,
  historyLength,
} from './probes/history-point.ts';
export { judgeProbe, redirectMessage, type Verdict } from './probes/judge-probe.ts';
export { contentLimit, probeRowLimit } from './probes/probe-limits.ts';
export {
  type ProbeResult,
  type ProbeRow,
  probeResultShape,
  probeRowShape,
  type ToolCall,
} from './probes/probe-row.ts';
export { firstFormOf, isSameForm, type RequestForm } from './probes/request-form.ts';
export {
  protocolOf,
  type Route,
  routes,
  type WireProtocol,
  wireProtocols,
} from './probes/route.ts';
export {
  type Run,
  type RunProgress,
  type RunTrigger,
  runShape,
  runStatuses,
} from './probes/run.ts';
export { endOfCut, type RunCut, RunCutError } from './probes/run-cut.ts';
export { successRate, summariseRun } from './probes/summarise-run.ts';
export { type Asked, askedRoute, splitTargetModel } from './routing/asked-route.ts';
export {
  type Breaker,
  type BreakerEvent,
  breakerOf,
  breakerStateOf,
  breakerStates,
  isOpen,
  nextBreaker,
  type PublishedBreaker,
  publishedBreaker,
} from './routing/breaker.ts';
export {
  type Offer,
  offerOf,
  proofOf,
  type RankedOffer,
  type Refusal,
  type RoutedTarget,
  type RouteFault,
  type Routing,
  type RoutingPolicy,
  resolveRoute,
  routingPolicies,
  sentenceOfNoOffer,
} from './routing/resolve-route.ts';
export { type FieldKind, fieldKindsOf, seconds, unixSeconds } from './shape.ts';
export {
  addChecks,
  addDay,
  emptyHistory,
  incidentsOf,
  type PublicState,
  publicStates,
  type StatusCheck,
  type StatusDay,
  type StatusHistory,
  type StatusIncident,
  secondsPerDay,
} from './status/status-history.ts';
export {
  mostStatusItems,
  type StatusItem,
  type StatusPageSettings,
  slugOf,
  statusItemFieldSchemas,
  statusItemShape,
  statusPageFieldSchemas,
} from './status/status-page.ts';
export { percentOf, stateOfUptime } from './status/uptime.ts';
export { baseUrlSchema, normaliseBaseUrl } from './targets/base-url.ts';
export { isSameOrigin } from './targets/is-same-origin.ts';
export { isDue, isRecheckDue, nextRunAtOf } from './targets/schedule.ts';
export {
  largestSortOrder,
  type Target,
  type TargetInput,
  type TargetPatch,
  type TargetStatus,
  targetDefaults,
  targetFieldSchemas,
  targetShape,
  targetStatuses,
} from './targets/target.ts';
export { type TargetCounts, targetCountsShape } from './targets/target-counts.ts';
export { maskSecret, spellingsOf } from './text/mask-secret.ts';
export { parseNetwork } from './text/network.ts';
export { isPlainLine } from './text/plain-line.ts';
export { quote } from './text/quote.ts';
