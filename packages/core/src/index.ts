export type { Answer, AnswerProgress, BodyError, BodyFault, BodyReading } from './answer.ts';
export { AppError, type ErrorCode, httpStatusByErrorCode } from './app-error.ts';
export {
  type AuditAction,
  type AuditActor,
  type AuditChange,
  type AuditEntry,
  auditActions,
  auditActors,
  changesBetween,
} from './audit.ts';
export { baseUrlSchema, isSameOrigin, normaliseBaseUrl } from './base-url.ts';
export { breakerPauseS } from './breaker.ts';
export { type ChannelModel, splitChannelModel } from './channel-model.ts';
export { chooseRoute, type ProbePlan } from './choose-route.ts';
export { clockSkewS, hasPassed, isAhead } from './clock-skew.ts';
export { type ErrorKind, errorKinds } from './error-kind.ts';
export type {
  AnsweredExchange,
  Channel,
  Exchange,
  UnansweredExchange,
  UpstreamRequest,
} from './exchange.ts';
export { type GatewayRoute, gatewayRoutes } from './gateway-route.ts';
export {
  addHistogram,
  countValue,
  type Histogram,
  histogramAccuracy,
  percentileOf,
} from './histogram.ts';
export {
  type ProbeModelJob,
  type ProxyRequestsJob,
  probeModelJobSchema,
  proxyRequestsJobSchema,
  type RunTargetJob,
  runTargetJobSchema,
} from './jobs.ts';
export { judgeProbe, redirectMessage, type Verdict } from './judge-probe.ts';
export { maskSecret, spellingsOf } from './mask-secret.ts';
export { type Attempt, isRouteRefused, maxAttempts, mendRequest } from './mend-request.ts';
export type {
  BreakerChanged,
  MonitorEvent,
  MonitorEventType,
  ProxyKeysChanged,
  RunCompleted,
  RunProgressed,
  SettingsChanged,
  TargetUpdated,
} from './monitor-event.ts';
export { isPlainLine } from './plain-line.ts';
export {
  appendPoint,
  contentLimit,
  type HistoryPoint,
  historyLength,
  historyPointOf,
  type ProbeResult,
  type ProbeRow,
  type ToolCall,
} from './probe-row.ts';
export { type Proof, proofOf } from './proof-of.ts';
export { type ProxyKey, proxyKeyFieldSchemas } from './proxy-key.ts';
export {
  isProvingRoute,
  type ProxyAttempt,
  type ProxyRequest,
  proxyAttemptSchema,
  proxyRequestSchema,
} from './proxy-request.ts';
export { quote } from './quote.ts';
export {
  type BreakerState,
  type Candidate,
  type RankedCandidate,
  type Ranking,
  type RoutingPolicy,
  rankCandidates,
  routingPolicies,
} from './rank-candidates.ts';
export { isRecheckDue } from './recheck.ts';
export { firstFormOf, isSameForm, type RequestForm } from './request-form.ts';
export { protocolOf, type Route, routes, type WireProtocol, wireProtocols } from './route.ts';
export {
  type Run,
  type RunProgress,
  type RunStatus,
  type RunTrigger,
  runStatuses,
  runTriggers,
} from './run.ts';
export { isDue, nextRunAtOf } from './schedule.ts';
export { type PlainSettings, parseSettings, plainSettingKeys } from './settings.ts';
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
} from './status-history.ts';
export {
  mostStatusItems,
  type StatusItem,
  type StatusPageSettings,
  slugOf,
  statusItemFieldSchemas,
  statusPageFieldSchemas,
} from './status-page.ts';
export { type RunSummary, successRate, summariseRun } from './summarise-run.ts';
export {
  defaultAnthropicVersion,
  defaultPrompt,
  type Target,
  type TargetInput,
  type TargetPatch,
  type TargetStatus,
  targetFieldSchemas,
  targetStatuses,
} from './target.ts';
export { faultOfTrail, readVia, type Trail, viaMarkOf } from './via.ts';
