import {
  AppError,
  busyUntilOf,
  chooseModels,
  type ErrorKind,
  isRouteOff,
  isSixthRun,
  outageOf,
  planModels,
  type RunCut,
  type RunNote,
  sentenceOfNotes,
  type Target,
} from '@api-monitor/core';
import {
  type FinishRunInput,
  getProbeMemory,
  type KnownState,
  listKnownModels,
} from '@api-monitor/db';
import type { ModelList } from '@api-monitor/protocols';
import { type TakeTurn, turnsOfRun } from '../asking/channel-turns.ts';
import type { RingKey } from '../asking/key-ring.ts';
import { createPace } from '../asking/pace.ts';
import { askAwake } from '../probe/freeze-watch.ts';
import { listModels } from '../probe/list-models.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import {
  type FoundList,
  type ProbedModels,
  type ProbingDeps,
  probeModels,
  type RunContext,
  unaskedOf,
} from './probe-models.ts';
import { endOfSignal, unlessCut } from './unless-cut.ts';

/** What a run found, however it ended. */
export interface RunFound
  extends Omit<FinishRunInput, 'run_id' | 'target_id' | 'log_file' | 'nowS'> {
  /** Why it was cut off; null if it wasn't. */
  cut: RunCut | null;
}

type Deps = ProbingDeps & Pick<WorkerDeps, 'pause' | 'slots'>;

interface ProbeTargetInput
  extends Pick<RunContext, 'target' | 'keys' | 'budget' | 'cut' | 'onListed' | 'onProbe'> {
  /** Asks every model, for example because a person started the run. */
  asksAll: boolean;
}

/** Why a run failed: the sentence, and its code unless it is only text. */
type Why = Pick<RunFound, 'error' | 'notes'>;

/** What a run found that failed before its first probe. */
export function foundNothing(why: Why, more: Partial<RunFound> = {}): RunFound {
  return {
    ...{ probes: [], findings: [], remembered: new Map(), listed_models: null, list_way: null },
    ...{ probe_concurrency: null, status: 'error', ...why, error_kind: null, cut: null },
    ...more,
  };
}

/** What to say about an internal error; the details are only logged. */
export function whyFailed({ logger }: Pick<Deps, 'logger'>, err: unknown, target: Target): Why {
  if (err instanceof AppError) return { error: err.message, notes: null };
  logger.error({ err, target_id: target.id }, 'run failed');
  return asNoted([{ code: 'unexpected' }]);
}

function asNoted(notes: readonly RunNote[]): Why {
  return { error: sentenceOfNotes(notes), notes };
}

/**
 * Lists a target's models and probes the chosen ones; without a list, the known ones. An internal error
 * after the list ends the run, and what was measured before is kept; an earlier one is thrown.
 */
export async function probeTarget(deps: Deps, input: ProbeTargetInput): Promise<RunFound> {
  const { target, cut, asksAll } = input;
  const { db, limits, pause, nowS, slots } = deps;
  const memory = await getProbeMemory(db, target.id);
  const { list_way, probe_concurrency } = memory;
  const fault = outageOf(memory.fault);
  const past = await listKnownModels(db, target.id);
  const isTyped = target.models_mode === 'manual' || isRouteOff(target.paths, 'list');
  const takeTurn = turnsOfRun(slots, { target, signal: cut });
  const answer = isTyped ? null : await listAwake(deps, { ...input, takeTurn }, list_way);
  const list = answer && foundList(answer, past, target);
  if (cut.aborted) return foundNothing(asNoted([]), endOfSignal(cut));
  const models = chooseModels(list?.ok ? list.models : stillKnown(past), target);
  if (models.length === 0) return withoutModels(list, target);
  const known = new Map(past.map((one) => [one.model, one]));
  const isTrusted = fault === null && (list === null || list.ok);
  const plan = planModels({ models, known, target, asksAll, isTrusted, nowS: nowS() });
  const speed = speedOf(target, limits.probesPerRun, probe_concurrency);
  const busyUntil = busyUntilOf(memory.fault, nowS());
  const restS = busyUntil === null ? 0 : busyUntil - nowS();
  const pace = createPace({ ...speed, restS, pause, signal: cut });
  const run = { ...input, known, fault, list, plan, pace, takeTurn };
  const { unasked, failure, isComplete, ...probed } = await probeModels(deps, run);
  const end = failure
    ? ({ status: 'error', ...whyFailed(deps, failure.error, target), cut: null } as const)
    : endOf(run, { unasked, isComplete });
  return {
    ...probed,
    ...{ error_kind: null, ...end, ...listed(list) },
    kept_models: [...plan.resting, ...unaskedOf(unasked)],
    probe_concurrency: isSet(target)
      ? null
      : pace.learnt(isSixthRun('', target.interval_min, nowS())),
  };
}

/** Whether the operator has set how many requests the channel bears; otherwise it is learnt. */
function isSet({ max_concurrency }: Target): boolean {
  return max_concurrency > 0;
}

function speedOf(target: Target, probesPerRun: number, learnt: number | null) {
  const { max_concurrency } = target;
  if (!isSet(target)) return { usual: probesPerRun, remembered: learnt };
  return { usual: Math.min(probesPerRun, max_concurrency), remembered: null };
}

async function listAwake(
  deps: Deps,
  input: ProbeTargetInput & { takeTurn: TakeTurn },
  way: unknown,
): Promise<ModelList | null> {
  const list = () => listWithKeys(deps, input, way);
  const kindOf = (result: ModelList) => (result.ok ? null : result.kind);
  const lists = await unlessCut(input.cut, askAwake(list, kindOf, deps));
  return lists?.at(-1) ?? null;
}

/** A list may be refused to one key and read with the next. */
const keysForList = 3;
const keyFaults: readonly ErrorKind[] = ['auth', 'quota', 'rate_limit'];

async function listWithKeys(
  deps: Deps,
  input: ProbeTargetInput & { takeTurn: TakeTurn },
  way: unknown,
): Promise<ModelList> {
  const tried = new Set<RingKey>();
  for (let key = input.keys.surest(tried); ; ) {
    if (!key) throw new Error('a channel has no key that may be used');
    tried.add(key);
    const { upstream: upstreamTarget } = key;
    const list = await listModels({ ...input, upstreamTarget, upstream: deps.upstream, way });
    const isRefused = !list.ok && keyFaults.includes(list.kind);
    key = isRefused && tried.size < keysForList ? input.keys.surest(tried) : undefined;
    if (!key) return list;
  }
}

/**
 * The list as it was read, or why it counts as one that could not be.
 * An empty list of a channel that had models counts as one that could not be read, because relays send one
 * when they are in trouble: the known models show whether they still answer.
 */
function foundList(list: ModelList, past: readonly KnownState[], target: Target): FoundList {
  if (!list.ok) {
    const { kind, status, message } = list;
    return { ok: false, kind, note: { code: 'list_failed', kind, status, message } };
  }
  const named = chooseModels([], target);
  const had = stillKnown(past).filter((model) => !named.includes(model));
  if (list.models.length > 0 || had.length === 0) return list;
  return { ok: false, kind: 'bad_body', note: { code: 'list_emptied', models: had.length } };
}

/** The latest probed first, because `max_models` may leave only some. */
function stillKnown(past: readonly KnownState[]): string[] {
  return past
    .filter(({ gone_at }) => gone_at === null)
    .toSorted((a, b) => b.timestamp - a.timestamp)
    .map(({ model }) => model);
}

function listed(list: FoundList | null) {
  return list?.ok
    ? { listed_models: list.models, list_way: list.way }
    : { listed_models: null, list_way: null };
}

function withoutModels(list: FoundList | null, target: Target): RunFound {
  if (list && !list.ok) return foundNothing(asNoted([list.note]), { error_kind: list.kind });
  const note = list ? reasonOfNone(target) : ({ code: 'none_typed' } as const);
  return foundNothing(asNoted([note]), { status: 'completed', ...listed(list) });
}

function reasonOfNone({ selected_models: { length } }: Target): RunNote {
  return length === 0 ? { code: 'list_empty' } : { code: 'none_selected', models: length };
}

function endOf(
  { cut, list }: RunContext,
  { unasked, isComplete }: Pick<ProbedModels, 'unasked' | 'isComplete'>,
) {
  if (!isComplete) return endOfSignal(cut);
  const notes: RunNote[] = list && !list.ok ? [list.note] : [];
  const { over_budget, full } = unasked;
  if (over_budget.length > 0) notes.push({ code: 'over_budget', models: over_budget.length });
  if (full.length > 0) notes.push({ code: 'channel_full', models: full.length });
  const error_kind = list && !list.ok ? list.kind : null;
  return { status: 'completed', ...asNoted(notes), error_kind, cut: null } as const;
}
