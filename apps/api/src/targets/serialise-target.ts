import { maskSecret, nextRunAtOf, successRate, type Target } from '@api-monitor/core';
import { type Database, type ModelStateRow, openApiKey } from '@api-monitor/db';
import type { Caller } from '../auth/caller.ts';
import type { ProgressBoard } from './progress-board.ts';
import type { LatestModel, TargetItem } from './target-schema.ts';

export interface TargetView {
  db: Database;
  caller: Caller;
  runningIds: ReadonlySet<number>;
  progress: ProgressBoard;
  withHistory: boolean;
}

/**
 * A target as JSON text, in two pieces of bytes. The models' histories are spliced in as the database
 * keeps them, so that a list of ten thousand models costs neither parsing nor building 300,000
 * points; and they stay apart from the head, whose masked key ("…") would make one text of both
 * twice as wide.
 */
export function serialiseTarget(
  target: Target,
  states: readonly ModelStateRow[],
  view: TargetView,
): Buffer[] {
  const head = JSON.stringify(headOf(target, view));
  let models = '';
  for (const state of states) {
    if (models !== '') models += ',';
    models += serialiseState(state, view.withHistory);
  }
  return [Buffer.from(`${head.slice(0, -1)},"latest_models":[`), Buffer.from(`${models}]}`)];
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

function serialiseState(state: ModelStateRow, withHistory: boolean): string {
  const { history, target_id: _target, run_id: _run, ...rest } = state;
  const entry: Omit<LatestModel, 'history'> = { ...rest, skipped: rest.error_kind === 'skipped' };
  const head = JSON.stringify(entry);
  return withHistory ? `${head.slice(0, -1)},"history":${history}}` : head;
}
