export { type AdminSession, adminSessionShape } from './admin/admin-session.ts';
export {
  type AuditChange,
  type AuditEntry,
  auditChangeShape,
  auditEntryShape,
  changesBetween,
  secretWord,
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
  type RoutingSettings,
  type SettingValues,
  settingNames,
  settingRules,
  settingsInForce,
  settingsShape,
  settingText,
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
  type BalanceFault,
  type BalancePoint,
  type BalanceReading,
  type BalanceSource,
  type BalanceUnit,
  balanceFaults,
  balanceSources,
  balanceUnits,
  type ReadMultiplier,
} from './balances/balance.ts';
export {
  type BalanceRow,
  balanceRowShape,
  type ChannelBalance,
  channelBalanceShape,
  type KeyBalance,
  keyBalanceShape,
} from './balances/balance-shape.ts';
export {
  type BookDifference,
  bookDays,
  type ClosedBook,
  type CountedHour,
  findBookDifference,
} from './balances/close-books.ts';
export {
  daysLeft,
  type Falls,
  fallsOf,
  isBalanceLow,
  rateHistoryS,
  spentPerDay,
} from './balances/days-left.ts';
export { isAskedForQuota, nextPollAt } from './balances/next-poll.ts';
export { type Spending, type SpentPoint, spendingOf, spentAt } from './balances/spending.ts';
export { type ChannelSum, sumBalances } from './balances/sum-balances.ts';
export { type BudgetCalendar, budgetCalendarOf, type Span } from './budgets/budget-calendar.ts';
export {
  type BudgetField,
  type BudgetFields,
  type BudgetLimit,
  type BudgetPeriod,
  type BudgetUnit,
  type BudgetUse,
  budgetFieldOf,
  budgetFields,
  budgetLimitsOf,
  budgetPeriods,
  budgetUnits,
  isBudgeted,
  noBudgets,
  noUse,
  unbudgetedRoutes,
} from './budgets/budget-limit.ts';
export { eventHeartbeat, eventHeartbeatMs } from './events/heartbeat.ts';
export {
  alertStepJobSchema,
  type PollBalanceJob,
  type ProbeModelJob,
  type ProxyRequestsJob,
  pollBalanceJobSchema,
  probeModelJobSchema,
  proxyRequestsJobSchema,
  runTargetJobSchema,
  type TestChannelJob,
  type TestDestinationJob,
  testChannelJobSchema,
  testDestinationJobSchema,
} from './events/jobs.ts';
export type {
  EvidenceChanged,
  FaultChanged,
  MonitorEvent,
  MonitorEventType,
  RunProgressed,
  StateIssued,
  TargetKeyChanged,
} from './events/monitor-event.ts';
export {
  busyUntilOf,
  type ChannelFault,
  type HeardFault,
  latestFault,
  needsRunWhenBack,
  nextFault,
  outageOf,
} from './evidence/channel-fault.ts';
export { channelFaultShape } from './evidence/channel-fault-shape.ts';
export { type Evidence, latestEvidence, latestOf, noEvidence } from './evidence/evidence.ts';
export {
  type EvidenceRoute,
  evidenceRouteOf,
  evidenceRoutes,
  isProbedRoute,
  isProvingRoute,
} from './evidence/evidence-route.ts';
export { evidenceShape } from './evidence/evidence-shape.ts';
export { type EvidenceState, evidenceStates } from './evidence/evidence-state.ts';
export {
  type Finding,
  type FindingOutcome,
  type FindingScope,
  findingOutcomes,
  findingScopes,
  isOfChannel,
  type Judgement,
} from './evidence/finding.ts';
export { findingsOfRequest, type ModelFinding } from './evidence/findings-of-request.ts';
export {
  hasWorked,
  type JudgedAnswer,
  judgeAnswer,
  judgeBreak,
  redirectMessage,
} from './evidence/judge-answer.ts';
export { hasFaultMoved, hasMoved, isWorthStoring } from './evidence/knowledge-change.ts';
export { type LiveFields, liveFieldsOf } from './evidence/live-fields.ts';
export { beginTrial, nextEvidence, type Rest, restOf, rests } from './evidence/next-evidence.ts';
export {
  answeredAt,
  failingSinceOf,
  isProvenElsewhere,
  type Knowledge,
  nextKnowledge,
  nextRecheck,
  recheckAt,
} from './evidence/next-knowledge.ts';
export { longDeadS } from './evidence/rest.ts';
export {
  type Headline,
  headlineOf,
  isServable,
  isTold,
  type KnownModel,
  type ProbePlanKind,
  probePlans,
  type Standing,
  standingOn,
} from './evidence/standing.ts';
export { clockSkewS, hasPassed } from './figures/clock-skew.ts';
export {
  addHistogram,
  countValue,
  type Histogram,
  histogramAccuracy,
  percentileOf,
  withoutPart,
} from './figures/histogram.ts';
export { secondsOfIsoTime } from './figures/iso-time.ts';
export { isTimeZone, localDaysOf } from './figures/local-days.ts';
export {
  type ObjectAction,
  type ObjectChange,
  type ObjectKind,
  objectKinds,
  objectLifeS,
} from './gateway/gateway-object.ts';
export { type GatewayRoute, gatewayRoutes, objectRoutes } from './gateway/gateway-route.ts';
export {
  type ProxyKey,
  type ProxyKeyInput,
  proxyKeyDefaults,
  proxyKeyFieldSchemas,
  proxyKeyShape,
} from './gateway/proxy-key.ts';
export {
  type GatewayRecord,
  type ProxyAttempt,
  type ProxyRequest,
  type ProxyTotals,
  proxyAttemptSchema,
  proxyRequestSchema,
  proxyTotalsShape,
} from './gateway/proxy-request.ts';
export {
  type RecordedRoute,
  type RefusedFor,
  recordedRoutes,
  refusedFor,
} from './gateway/refused-for.ts';
export {
  type RequestOutcome,
  requestOutcomeOf,
  requestOutcomes,
} from './gateway/request-outcome.ts';
export { noUsage, sumUsage, type TokenUsage } from './gateway/token-usage.ts';
export { faultOfTrail, readVia, type Trail, viaMarkOf } from './gateway/via.ts';
export { growingTo } from './growing-to.ts';
export { actOnIncident, type IncidentAction } from './incidents/act-on-incident.ts';
export {
  type AlertKind,
  alertKindRules,
  isNote,
  isOutage,
  type Severity,
  severities,
} from './incidents/alert-kind.ts';
export { type AlertRules, alertRuleDefaults, alertRulesShape } from './incidents/alert-rules.ts';
export { lookAtDisk } from './incidents/detect/full-disk.ts';
export { findLatency } from './incidents/detect/latency.ts';
export { findListedModels } from './incidents/detect/listed-models.ts';
export {
  lookAtEnd,
  type ObservedBalance,
  type ObservedBudget,
  type ObservedLimit,
  observeBalance,
  observeBudget,
} from './incidents/detect/money.ts';
export { type Counted, findErrorRate, findWrongAnswers } from './incidents/detect/shares.ts';
export { findingsOfLooks, type Look } from './incidents/findings/look.ts';
export {
  type Observation,
  type Subject,
  subjectKeyOf,
  type Why,
} from './incidents/findings/observation.ts';
export { type ObservedChannel, observeChannel } from './incidents/findings/observe-channel.ts';
export { publicNameOf, wantedModels } from './incidents/findings/wanted-models.ts';
export {
  type ChannelIndex,
  countsAsOffered,
  indexChannels,
  type WatchedChannel,
} from './incidents/findings/watched-channel.ts';
export {
  failingMembers,
  type Incident,
  type IncidentEvent,
  type IncidentScope,
  incidentEventShape,
  incidentShape,
  type Member,
} from './incidents/incident.ts';
export {
  type ActiveMaintenance,
  drainingNow,
  isMaintained,
  type Maintenance,
  type MaintenanceSchedule,
  maintainedUntil,
  maintainedWithin,
  maintenanceAt,
  maintenanceBetween,
  maintenanceFieldSchemas,
  maintenanceShape,
  nextMaintenance,
  withGroupNames,
} from './incidents/quiet/maintenance.ts';
export { type Delivery, deliveryShape, deliveryStatuses } from './incidents/sending/delivery.ts';
export {
  type Destination,
  type DestinationInput,
  destinationDefaults,
  destinationFieldSchemas,
  destinationShape,
} from './incidents/sending/destination.ts';
export {
  type DestinationTest,
  destinationTestShape,
} from './incidents/sending/destination-test.ts';
export { isToldOf } from './incidents/sending/is-for.ts';
export { type News, newsOfService, newsShape } from './incidents/sending/news.ts';
export {
  planSending,
  type SendingPlan,
  type WaitingNotice,
} from './incidents/sending/plan-sending.ts';
export type { OutgoingNotice } from './incidents/sending/tell.ts';
export { type AlertSetup, type AlertState, alertsAtStart } from './incidents/step.ts';
export { type Stepped, stepIncidents } from './incidents/step-incidents.ts';
export { type ComposedNotice, composeNotice } from './incidents/texts/compose-notice.ts';
export { incidentTitle, memberTitle } from './incidents/texts/incident-title.ts';
export { type ModelState, modelStateShape } from './model-states/model-state.ts';
export { nextModelState } from './model-states/next-model-state.ts';
export { probedFields } from './model-states/probed-fields.ts';
export { type AppliedPrice, appliedPriceSchema } from './money/applied-price.ts';
export { costOf, isFree, ratesFor } from './money/cost.ts';
export {
  type AskedModel,
  type ChannelPricing,
  createChannelPricing,
  type EffectivePrice,
  type PricedChannel,
  type PriceRules,
} from './money/effective-price.ts';
export {
  type ModelPrice,
  type PricedClass,
  type PriceSource,
  type PriceTier,
  priceAt,
  pricedClasses,
  priceSources,
  type ScheduledPrice,
  type TokenRates,
} from './money/model-price.ts';
export { priceRequest, recordedUsage, usageOfRequest } from './money/price-request.ts';
export {
  type ClassPrices,
  faultOfPriceRule,
  formatPriceRule,
  type PriceClass,
  type PriceRule,
  parsePriceRule,
  priceClasses,
} from './money/price-rule.ts';
export { priceRulesSchema } from './money/price-rules-schema.ts';
export {
  type AliasGroup,
  type AliasIndex,
  aliasGroupLine,
  createAliasIndex,
  parseAliasGroup,
} from './names/alias-group.ts';
export { type ChannelNames, createChannelNames } from './names/channel-names.ts';
export { familyOf, plainModelName } from './names/model-family.ts';
export { createModelRules, type ModelRules, type TaggedTarget } from './names/model-rules.ts';
export { type ProposedGroup, proposeGroups } from './names/propose-groups.ts';
export { pageMark } from './page-mark.ts';
export { namesOf, pick, recordOf } from './pick.ts';
export {
  type Answer,
  type AnswerProgress,
  type BodyError,
  type BodyReading,
  pageErrorType,
  withheldErrorType,
} from './probes/answer.ts';
export { chooseCheapModel } from './probes/asking/choose-cheap-model.ts';
export {
  chooseRoute,
  isModerationModel,
  type SkippedPurpose,
} from './probes/asking/choose-route.ts';
export {
  type Attempt,
  correctRequest,
  isRouteRefused,
  maxAttempts,
  servedRoute,
} from './probes/asking/correct-request.ts';
export { probePlanOf } from './probes/asking/probe-plan.ts';
export { isRightAnswer, type Question, questionOf } from './probes/asking/question.ts';
export {
  type Effort,
  firstFormOf,
  isSameForm,
  type RequestForm,
  readRequestForm,
  type TokenLimit,
  tokenLimits,
} from './probes/asking/request-form.ts';
export { type Complaint, classifyError } from './probes/classify-error.ts';
export { type ErrorKind, errorKinds } from './probes/error-kind.ts';
export {
  type AnsweredExchange,
  type Exchange,
  plainTransport,
  type UnansweredExchange,
  type UpstreamRequest,
  type UpstreamTarget,
} from './probes/exchange.ts';
export { type HistoryPoint, historyFields, historyLength } from './probes/history-point.ts';
export { judgeExchange, judgeProbe, type Verdict } from './probes/judge-probe.ts';
export { contentLimit, probeRowLimit } from './probes/probe-limits.ts';
export {
  type ProbeResult,
  type ProbeRow,
  probeResultShape,
  probeRowShape,
  type ToolCall,
} from './probes/probe-row.ts';
export {
  protocolOf,
  type Route,
  routes,
  type WireProtocol,
  wireProtocols,
} from './probes/route.ts';
export { type Asked, askedRoute, modelKey, namesWithin } from './routing/asked-route.ts';
export {
  type ExpectedRequest,
  isUnreported,
  noDemands,
  type PriceDemands,
  priceDemandsOf,
  type RequestSize,
  typicalRequest,
} from './routing/expected-cost.ts';
export { isWorthLeaving, type PolicyInForce, policyInForce } from './routing/order-by-policy.ts';
export {
  isFreshProof,
  type Offer,
  type RankedOffer,
  type Refusal,
  type ResolvedRoute,
  type RoutedTarget,
  type RouteFault,
  type Routing,
  refusals,
  resolveRoute,
  sentenceOfNoOffer,
  sharersOf,
} from './routing/resolve-route.ts';
export { type RoutingPolicy, routingPolicies } from './routing/routing-policy.ts';
export {
  askedFirst,
  type ChannelCause,
  isChannelWide,
  type Suspicion,
  settleScopes,
  watchForCause,
} from './runs/channel-cause.ts';
export {
  isSixthRun,
  type PlannedModel,
  planModels,
  type RunPlan,
  runsBetweenProbes,
} from './runs/plan-models.ts';
export { type Run, type RunProgress, type RunTrigger, runShape, runStatuses } from './runs/run.ts';
export { type RunCut, RunCutError } from './runs/run-cut.ts';
export { endOfCut, type RunNote, runNoteShape, sentenceOfNotes } from './runs/run-note.ts';
export { successRate, summariseRun } from './runs/summarise-run.ts';
export { type FieldKind, fieldKindsOf, plainLine, seconds, unixSeconds } from './shape.ts';
export {
  type Availability,
  availabilityOfAny,
  isCheck,
  joinTimes,
  shortestIncidentS,
  sumAvailability,
  timeWithin,
  type WatchedPeriod,
  type WatchedTime,
  watchedBy,
  watchedOutage,
  watchedOutside,
} from './status/availability.ts';
export { checksOfChannel, type ModelOutage, type RunCheck } from './status/channel-checks.ts';
export {
  groupIncidents,
  type LineIncident,
  type LineSubject,
  lineIncidents,
} from './status/line-incidents.ts';
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
  noteStates,
  type StatusNote,
  statusNoteFieldSchemas,
  statusNoteShape,
} from './status/status-note.ts';
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
export {
  areKeysWorthStoring,
  type ChannelKeys,
  hasKeyMoved,
  isKeyUsable,
  type KeyStanding,
  type KeyState,
  keyStandingOf,
  keyStandings,
  latestKeyState,
  newKeyState,
  nextKeyRecheck,
  nextKeyStates,
} from './target-keys/key-state.ts';
export { keyStateShape } from './target-keys/key-state-shape.ts';
export { apiKeySchema, faultsOfKeys, keysSchema } from './target-keys/keys-schema.ts';
export {
  firstEnabled,
  type KeyFields,
  keyLineOf,
  keysOf,
  parseKeyLine,
  settledKeys,
  type TargetKey,
  withKeyNames,
} from './target-keys/target-keys.ts';
export { normaliseBaseUrl, pathOn } from './targets/base-path.ts';
export { baseUrlSchema } from './targets/base-url.ts';
export {
  type ChannelTest,
  channelTestShape,
  type ListWay,
  listWays,
} from './targets/channel-test.ts';
export { chooseModels, isExcluded } from './targets/choose-models.ts';
export {
  estimateCost,
  type ProbeCost,
  type ProbeEffort,
  tokensPerQuestion,
} from './targets/estimate-cost.ts';
export { isSameOrigin } from './targets/is-same-origin.ts';
export { noKeyYet } from './targets/no-key-yet.ts';
export { formerPrompt, ownPromptOf } from './targets/own-prompt.ts';
export {
  directConnection,
  faultOfProxyUrl,
  maskProxyUrl,
  normaliseProxyUrl,
  type ProxyAddress,
  proxyAddressOf,
} from './targets/proxy-address.ts';
export {
  type BodyOverride,
  formatBodyOverride,
  parseBodyOverride,
} from './targets/rules/body-override.ts';
export {
  applyHeaderRules,
  faultOfHeaderName,
  type HeaderRule,
  parseHeaderRule,
} from './targets/rules/header-rule.ts';
export { formatModelAlias, type ModelAlias, parseModelAlias } from './targets/rules/model-alias.ts';
export {
  formatPathRule,
  isRouteOff,
  type PathRule,
  parsePathRule,
} from './targets/rules/path-rule.ts';
export { setPathOf } from './targets/rules/set-path.ts';
export { isDue, isTurn, nextRunAtOf } from './targets/schedule.ts';
export { hasTag, tagsByKey, withoutTags, withTags } from './targets/tags.ts';
export {
  fieldsFreeOfCode,
  largestSortOrder,
  longestFieldCharacters,
  modelsModes,
  mostTags,
  type SecretTargetField,
  secretTargetFields,
  sensitiveTargetFields,
  type Target,
  type TargetInput,
  type TargetPatch,
  type TargetStatus,
  targetDefaults,
  targetFieldSchemas,
  targetShape,
  targetStatuses,
  transportFields,
} from './targets/target.ts';
export { type TargetCounts, targetCountsShape } from './targets/target-counts.ts';
export { isGuessable } from './text/is-guessable.ts';
export { maskSecret, spellingsOf } from './text/mask-secret.ts';
export { matchesPattern } from './text/matches-pattern.ts';
export { parseNetwork } from './text/network.ts';
export { isPlainLine } from './text/plain-line.ts';
export { quote } from './text/quote.ts';
