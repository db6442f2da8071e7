import type { ErrorKind } from './error-kind.ts';
import type { Route, WireProtocol } from './route.ts';

/** A tool call that a model answered with. `arguments` is the text as it came. */
export interface ToolCall {
  name: string;
  arguments: string;
}

/** A probe's result: a row of `run_models` without its keys. Durations are seconds, times Unix seconds. */
export interface ProbeResult {
  protocol: WireProtocol;
  model: string;
  stream: boolean;
  duration: number;
  success: boolean;
  /** An HTTP answer came whole. */
  transport_success: boolean;
  tool_calls_count: number;
  tool_calls: ToolCall[];
  /** At most 500 characters of the answer. */
  content: string;
  timestamp: number;
  error: string | null;
  error_kind: ErrorKind | null;
  status_code: number | null;
  route: Route;
  /** The path that was asked, without the origin. */
  endpoint: string;
  /** From the request's start to the first text, thought or tool call; null where nothing streamed. */
  first_token_s: number | null;
  output_tokens: number | null;
  /** Output tokens for each second between the first token and the answer's end. */
  output_tokens_per_s: number | null;
}

export interface ProbeRow extends ProbeResult {
  id: number;
  run_id: number;
  target_id: number;
}

export const contentLimit = 500;

/** One bar of a model's history; the newest 30 are kept with the model's latest state. */
export interface HistoryPoint {
  success: boolean;
  duration: number;
  timestamp: number;
  error: string | null;
  error_kind: ErrorKind | null;
  status_code: number | null;
  first_token_s: number | null;
}

export const historyLength = 30;

/** What of a probe a bar shows. */
export function historyPointOf(probe: HistoryPoint): HistoryPoint {
  const { success, duration, timestamp, error, error_kind, status_code, first_token_s } = probe;
  return { success, duration, timestamp, error, error_kind, status_code, first_token_s };
}

/** The newest points, oldest first. */
export function appendPoint(history: readonly HistoryPoint[], point: HistoryPoint): HistoryPoint[] {
  return [...history, point].slice(-historyLength);
}
