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

/** Without what a model of a target doesn't tell; `undefined` doesn't become JSON. */
function entryOf(state: ModelStateRow, breakers: BreakerTracker) {
  const entry: Omit<LatestModel, 'history'> = {
    ...state,
    skipped: state.error_kind === 'skipped',
    open_breaker: breakers.openOf(state),
  };
  return { ...entry, target_id: undefined, run_id: undefined, history: undefined };
}
