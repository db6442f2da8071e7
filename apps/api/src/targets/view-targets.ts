import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import {
  type AlertRules,
  type ChannelBalance,
  type LiveFields,
  liveFieldsOf,
  nextRunAtOf,
  pick,
  successRate,
  type Target,
  targetDefaults,
} from '@api-monitor/core';
import {
  listChannelBalances,
  listModelStates,
  listProbeConcurrency,
  listRunningTargetIds,
  listTargets,
  type ModelStateRow,
  readAlertRules,
} from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { Caller } from '../auth/caller.ts';
import { balanceOf } from '../balances/balance-schema.ts';
import { readUsedToday, type UsageByTarget } from '../probe-costs/used-today.ts';
import { knownModelOf } from '../routing/known-offers.ts';
import { headlineOfModel } from './headline.ts';
import { keyFieldsOf } from './key-views.ts';
import { type MaskedSecrets, maskedSecrets } from './masked-secrets.ts';
import { encodePieces } from './stream-json.ts';
import type { LatestModel, TargetItem } from './target-schema.ts';

type ViewDeps = Pick<ApiDeps, 'db' | 'progress' | 'evidence' | 'now'>;

interface TargetView extends ViewDeps {
  caller: Caller;
  runningIds: ReadonlySet<number>;
  usage: UsageByTarget;
  concurrency: ReadonlyMap<number, number>;
  /** Empty for visitors. */
  balances: ReadonlyMap<number, ChannelBalance>;
  rules: AlertRules;
  withHistory: boolean;
}

/** Ten channels of fifty models take a few milliseconds. */
const targetsPerPart = 10;

/** One target as JSON text, with its models and their histories. */
export async function viewTarget(deps: ViewDeps, target: Target, caller: Caller): Promise<string> {
  const view = await createView(deps, caller, true);
  const states = await listModelStates(deps.db, { target_ids: [target.id] });
  return serialiseTarget(target, states, view).join('');
}

/**
 * All targets in their order, and the caller's role, as JSON piece by piece, because the whole may be tens
 * of megabytes. Rejects before the first piece if the database is out of reach.
 */
export async function streamTargets(
  deps: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const view = await createView(deps, caller, withHistory);
  return listPieces(await listTargets(deps.db), view);
}

async function* listPieces(targets: readonly Target[], view: TargetView) {
  yield encodePieces(['{"items":[']);
  for (let at = 0; at < targets.length; at += targetsPerPart) {
    // A database that answers at once never yields, so other work gets its turn between two parts.
    if (at > 0) await yieldToEventLoop();
    const pieces = await serialiseAll(targets.slice(at, at + targetsPerPart), view);
    yield encodePieces(at > 0 ? [',', ...pieces] : pieces);
  }
  yield encodePieces([`],"permissions":${JSON.stringify({ role: view.caller })}}`]);
}

async function serialiseAll(targets: readonly Target[], view: TargetView): Promise<string[]> {
  const states = await listModelStates(view.db, {
    target_ids: targets.map((target) => target.id),
    with_history: view.withHistory,
  });
  const statesByTarget = Map.groupBy(states, (state) => state.target_id);
  return targets.flatMap((target, index) => {
    const pieces = serialiseTarget(target, statesByTarget.get(target.id) ?? [], view);
    return index > 0 ? [',', ...pieces] : pieces;
  });
}

async function createView(
  deps: ViewDeps,
  caller: Caller,
  withHistory: boolean,
): Promise<TargetView> {
  const runningIds = new Set(await listRunningTargetIds(deps.db));
  const usage = await readUsedToday(deps);
  const concurrency = await listProbeConcurrency(deps.db);
  const known = caller === 'admin' ? await listChannelBalances(deps.db) : [];
  const balances = new Map(known.map((one) => [one.target_id, one]));
  const rules = await readAlertRules(deps.db);
  return { ...deps, caller, runningIds, usage, concurrency, balances, rules, withHistory };
}

/**
 * A target as JSON text, in pieces. The models' histories are passed on as the database stores them, so that
 * a list of ten thousand models needs neither parsing nor building 300,000 points.
 */
function serialiseTarget(
  target: Target,
  states: readonly ModelStateRow[],
  view: TargetView,
): string[] {
  const head = JSON.stringify(headOf(target, view));
  const pieces = [`${head.slice(0, -1)},"latest_models":[`];
  for (const [index, state] of states.entries()) {
    if (index > 0) pieces.push(',');
    pieces.push(...serialiseState(target, state, view));
  }
  pieces.push(']}');
  return pieces;
}

function headOf(target: Target, view: TargetView): Omit<TargetItem, 'latest_models'> {
  const running = view.runningIds.has(target.id);
  const used = view.usage.get(target.id) ?? { requests: 0, tokens: 0 };
  return {
    ...target,
    ...shownSecrets(view, target),
    ...shownMoney(view, target),
    ...shownKeyStates(view, target),
    fault: view.evidence.faultOf(target),
    running,
    run_progress: running ? view.progress.of(target.id) : null,
    next_run_at: nextRunAtOf(target),
    last_success_rate: successRate(target.last_total, target.last_success, target.last_run_at),
    probe_requests_today: used.requests,
    probe_tokens_today: used.tokens,
    probe_concurrency: view.concurrency.get(target.id) ?? null,
    balance: balanceOf(view.balances.get(target.id), target, view.rules),
    can_operate: view.caller === 'admin' || target.visitor_channel_actions_enabled,
  };
}

/** A visitor learns whether there is a proxy, but not which, and neither the headers nor where the code is. */
function shownSecrets(
  { db, caller }: TargetView,
  target: Target,
): MaskedSecrets & Pick<Target, 'headers' | 'managed_by'> {
  const masked = maskedSecrets(db, target);
  const { headers, managed_by } = target;
  if (caller === 'admin') return { ...masked, headers, managed_by };
  const proxy_url = masked.proxy_url === null ? null : '…';
  return { ...masked, proxy_url, keys: [], headers: [], managed_by: null };
}

const moneyFields = { price_multiplier: true, unit_cost: true, prices: true } as const;

/** A visitor learns nothing of prices: they look as if none were set. */
function shownMoney({ caller }: TargetView, target: Target) {
  return pick(caller === 'admin' ? target : targetDefaults, moneyFields);
}

/** A visitor learns how many keys work, but not which. */
function shownKeyStates(view: TargetView, target: Target) {
  const known = keyFieldsOf(view, target);
  return view.caller === 'admin' ? known : { ...known, key_states: [] };
}

function serialiseState(target: Target, state: ModelStateRow, view: TargetView): string[] {
  const head = JSON.stringify(entryOf(target, state, view));
  return view.withHistory ? [`${head.slice(0, -1)},"history":`, state.history, '}'] : [head];
}

/** Fields that aren't on the wire are undefined, so that they don't become JSON. */
function entryOf(
  target: Target,
  state: ModelStateRow,
  view: TargetView,
): Omit<LatestModel, 'history'> & Record<'target_id' | 'run_id' | 'history', undefined> {
  const known = knownModelOf(view, target, state);
  const { evidence, plan } = known;
  const live = liveFieldsOf({ evidence, success: state.success });
  return {
    ...state,
    target_id: undefined,
    run_id: undefined,
    history: undefined,
    headline: headlineOfModel(known, view.now()),
    ...{ plan, evidence: [...evidence] },
    skipped: state.error_kind === 'skipped',
    ...live,
    open_breaker: breakerOf(live),
  };
}

function breakerOf({
  live_failures: failures,
  live_error: error,
  live_failed_at: opened_at,
}: LiveFields): LatestModel['open_breaker'] {
  return opened_at === null ? null : { failures, error, opened_at };
}
