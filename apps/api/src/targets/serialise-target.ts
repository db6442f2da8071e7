import { maskSecret, nextRunAtOf, successRate, type Target } from '@api-monitor/core';
import { type Database, type ModelStateRow, openApiKey } from '@api-monitor/db';
import type { Caller } from '../auth/caller.ts';
import type { BreakerTracker } from '../routing/breaker-tracker.ts';
import type { ProgressTracker } from './progress-tracker.ts';
import type { LatestModel, TargetItem } from './target-schema.ts';

export interface TargetView {
  db: Database;
  caller: Caller;
  runningIds: ReadonlySet<number>;
  progress: ProgressTracker;
  breakers: BreakerTracker;
  withHistory: boolean;
}

/**
 * A target as JSON text, in pieces. The models' histories are passed on as the database keeps them, so
 * that a list of ten thousand models costs neither parsing nor building 300,000 points.
 */
export function serialiseTarget(
  target: Target,
  states: readonly ModelStateRow[],
  view: TargetView,
): string[] {
  const head = JSON.stringify(headOf(target, view));
  const pieces = [`${head.slice(0, -1)},"latest_models":[`];
  for (const [index, state] of states.entries()) {
    if (index > 0) pieces.push(',');
    pieces.push(...serialiseState(state, view));
  }
  pieces.push(']}');
  return pieces;
}

function headOf(target: Target, view: TargetView): Omit<TargetItem, 'latest_models'> {
  const running = view.runningIds.has(target.id);
  return {
    ...target,
    api_key: maskedKey(target, view.db),
    running,
    run_progress: running ? view.progress.of(target.id) : null,
    next_run_at: nextRunAtOf(target),
    last_success_rate: successRate(target.last_total, target.last_success, target.last_run_at),
    can_operate: view.caller === 'admin' || target.visitor_channel_actions_enabled,
  };
}

function maskedKey(target: Target, db: Database): string {
  try {
    return maskSecret(openApiKey(db, target));
  } catch {
    // A row from another installation: the list stays readable, and a run says what is wrong.
    return '…';
  }
}

function serialiseState(state: ModelStateRow, view: TargetView): string[] {
  const head = JSON.stringify(entryOf(state, view.breakers));
  return view.withHistory ? [`${head.slice(0, -1)},"history":`, state.history, '}'] : [head];
}

/** Field by field: spread, ten thousand of them would take twice as long. */
function entryOf(state: ModelStateRow, breakers: BreakerTracker): Omit<LatestModel, 'history'> {
  return {
    model: state.model,
    protocol: state.protocol,
    route: state.route,
    success: state.success,
    skipped: state.error_kind === 'skipped',
    duration: state.duration,
    error: state.error,
    error_kind: state.error_kind,
    status_code: state.status_code,
    timestamp: state.timestamp,
    first_token_s: state.first_token_s,
    output_tokens_per_s: state.output_tokens_per_s,
    state_since: state.state_since,
    last_success_at: state.last_success_at,
    live_failures: state.live_failures,
    live_failed_at: state.live_failed_at,
    live_error: state.live_error,
    live_first_byte_s: state.live_first_byte_s,
    open_breaker: breakers.openOf(state),
  };
}
