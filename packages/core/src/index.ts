export { AppError, type ErrorCode, httpStatusByErrorCode } from './app-error.ts';
export { baseUrlSchema, isSameOrigin, normaliseBaseUrl } from './base-url.ts';
export { type ErrorKind, errorKinds } from './error-kind.ts';
export type {
  AnsweredExchange,
  Channel,
  Exchange,
  UnansweredExchange,
  UpstreamRequest,
} from './exchange.ts';
export { type RunTargetJob, runTargetJobSchema } from './jobs.ts';
export { maskSecret } from './mask-secret.ts';
export type {
  MonitorEvent,
  MonitorEventType,
  RunCompleted,
  RunProgressed,
  SettingsChanged,
  TargetUpdated,
} from './monitor-event.ts';
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
export { type RunSummary, successRate, summariseRun } from './summarise-run.ts';
export {
  defaultAnthropicVersion,
  defaultPrompt,
  type Target,
  targetFieldSchemas,
  type TargetInput,
  type TargetPatch,
  type TargetStatus,
  targetStatuses,
} from './target.ts';
