import {
  AppError,
  endOfCut,
  type ProbeResult,
  type RunCut,
  RunCutError,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';
import { type FinishRunInput, listKnownModels } from '@api-monitor/db';
import { listModels } from '../probe/list-models.ts';
import { probeModel, unfinished } from '../probe/probe-model.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** What a run found, however it ended. */
export interface Findings extends Pick<FinishRunInput, 'status' | 'error' | 'listed_models'> {
  probes: ProbeResult[];
  /** By model: the form that worked, for the next run. */
  remembered: Map<string, unknown>;
  /** Why it was cut off; null if it wasn't. */
  cut: RunCut | null;
}

interface ProbeTargetInput {
  target: Target;
  upstreamTarget: UpstreamTarget;
  /** Ends the run at once. */
  cut: AbortSignal;
  onListed: (total: number) => Promise<void>;
  onProbe: (probe: ProbeResult, total: number, done: number) => Promise<void>;
}

type Deps = Pick<WorkerDeps, 'db' | 'logger' | 'upstream' | 'stopping' | 'limits' | 'nowS'>;
type Found = Pick<Findings, 'probes' | 'remembered'>;

const unexpected = "unexpected error; see the monitor's log";

/** The findings of a run that failed before its first probe. */
export function noFindings(error: string): Findings {
  const found = { probes: [], remembered: new Map(), listed_models: null };
  return { ...found, status: 'error', error, cut: null };
}

/** The sentence for an internal error; the details are only logged. */
export function sentenceOf({ logger }: Pick<Deps, 'logger'>, err: unknown, target: Target): string {
  if (err instanceof AppError) return err.message;
  logger.error({ err, target_id: target.id }, 'run failed');
  return unexpected;
}

/** The result of `work`; null if `cut` has aborted it. */
export async function unlessCut<Result>(
  cut: AbortSignal,
  work: Promise<Result>,
): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (cut.aborted) return null;
    throw error;
  }
}

/**
 * Lists a target's models and probes the chosen ones. An internal error after the list ends the run, and
 * what was measured before is kept; an earlier one is thrown.
 */
export async function probeTarget(deps: Deps, input: ProbeTargetInput): Promise<Findings> {
  const { target, upstreamTarget, cut } = input;
  const found: Found = { probes: [], remembered: new Map() };
  const { upstream } = deps;
  const list = await unlessCut(cut, listModels({ upstream, upstreamTarget, target, signal: cut }));
  if (!list) return { ...found, ...endOfSignal(cut), listed_models: null };
  if (!list.ok) return noFindings(list.error);
  const models = chooseModels(list.models, target);
  return { ...found, ...(await probeAll(deps, input, models, found)), listed_models: list.models };
}

/** The listed models that a run probes: the selected ones, or all if none is selected, up to `max_models`. */
export function chooseModels(
  listed: readonly string[],
  target: Pick<Target, 'selected_models' | 'max_models'>,
): string[] {
  const selected = new Set(target.selected_models);
  const chosen = selected.size === 0 ? [...listed] : listed.filter((id) => selected.has(id));
  return target.max_models === 0 ? chosen : chosen.slice(0, target.max_models);
}

type End = Pick<Findings, 'status' | 'error' | 'cut'>;

/** A worker that stops aborts its runs without saying why. */
function endOfSignal({ reason }: AbortSignal): End {
  const cut = reason instanceof RunCutError ? reason.cut : 'interrupted';
  return { status: 'interrupted', ...endOfCut(cut) };
}

/** Probes the models into `found`, and returns how that ended. */
async function probeAll(
  deps: Deps,
  { target, upstreamTarget, cut, onListed, onProbe }: ProbeTargetInput,
  models: readonly string[],
  found: Found,
): Promise<End> {
  const { upstream, stopping, nowS } = deps;
  try {
    await onListed(models.length);
    const known = await listKnownModels(deps.db, target.id);
    const rememberedByModel = new Map(known.map((state) => [state.model, state.remembered]));
    const signal = AbortSignal.any([cut, stopping]);
    await forEachLimited(models, deps.limits.probesPerRun, signal, async (model) => {
      const remembered = rememberedByModel.get(model) ?? null;
      const context = { upstream, upstreamTarget, target, model, remembered, signal: cut, nowS };
      const outcome = await unlessCut(cut, probeModel(context)).catch((err) => {
        deps.logger.error({ err, target_id: target.id, model }, 'probe failed unexpectedly');
        return unfinished(context, unexpected);
      });
      if (!outcome) return;
      found.probes.push(outcome.probe);
      found.remembered.set(model, outcome.remembered);
      await onProbe(outcome.probe, models.length, found.probes.length);
    });
  } catch (error) {
    return { status: 'error', error: sentenceOf(deps, error, target), cut: null };
  }
  const isCut = cut.aborted || (stopping.aborted && found.probes.length < models.length);
  return isCut ? endOfSignal(cut) : { status: 'completed', error: null, cut: null };
}

/**
 * Works through `items` in order, at most `limit` at a time, until all are done or `signal` aborts. Rejects
 * with the first error after the running work has ended.
 */
export async function forEachLimited<Item>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  // All lanes share one iterator, so each takes the next item that no other has taken.
  const rest = items.values();
  let hasFailed = false;
  const lane = async () => {
    for (const item of rest) {
      if (signal.aborted || hasFailed) return;
      await work(item).catch((error) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
