import {
  AppError,
  type ProbeResult,
  type RunCut,
  RunCutError,
  sentenceOfCut,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';
import { listKnownModels } from '@api-monitor/db';
import { listModels } from '../probe/list-models.ts';
import {
  type ProbeModelInput,
  type ProbeOutcome,
  probeModel,
  unfinished,
} from '../probe/probe-model.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { chooseModels } from './choose-models.ts';
import { inLanes } from './in-lanes.ts';

/** What a run found, however it ended. */
export interface Findings {
  status: 'completed' | 'error' | 'interrupted';
  error: string | null;
  /** Why it was interrupted; null if it wasn't. */
  cut: RunCut | null;
  probes: ProbeResult[];
  /** By model: what worked, for the next run. */
  remembered: Map<string, unknown>;
  /** Null where the list could not be had. */
  listedModels: string[] | null;
}

interface ProbeTargetInput {
  target: Target;
  channel: UpstreamTarget;
  /** Ends the run at once. */
  cut: AbortSignal;
  onListed: (total: number) => Promise<void>;
  onProbe: (probe: ProbeResult, total: number, done: number) => Promise<void>;
}

type Deps = Pick<WorkerDeps, 'db' | 'logger' | 'upstream' | 'stopping' | 'limits' | 'nowS'>;
type Found = Pick<Findings, 'probes' | 'remembered'>;

const unexpected = 'the monitor met an unexpected error; its log says more';

/** The findings of a run that found nothing. */
export function noFindings(error: string, cut: RunCut | null = null): Findings {
  const status = cut ? 'interrupted' : 'error';
  return { status, error, cut, probes: [], remembered: new Map(), listedModels: null };
}

/** The sentence for a fault of our own, which only the log tells in full. */
export function sentenceOf({ logger }: Pick<Deps, 'logger'>, err: unknown, target: Target): string {
  if (err instanceof AppError) return err.message;
  logger.error({ err, target_id: target.id }, 'run failed');
  return unexpected;
}

/**
 * Lists a target's models and probes those that are chosen. A fault of our own that comes after the
 * list ends the run, and what was measured by then is kept; one before it is thrown.
 */
export async function probeTarget(deps: Deps, input: ProbeTargetInput): Promise<Findings> {
  const listed = await listOrReason(deps, input);
  if (!listed.ok) return noFindings(listed.error, listed.cut);
  const models = chooseModels(listed.models, input.target);
  const found: Found = { probes: [], remembered: new Map() };
  const ending = await endingOf(deps, input, models, found);
  return { ...found, ...ending, listedModels: listed.models };
}

/** Probes the models into `found`, and says how that ended. */
async function endingOf(
  deps: Deps,
  input: ProbeTargetInput,
  models: readonly string[],
  found: Found,
): Promise<Pick<Findings, 'status' | 'error' | 'cut'>> {
  try {
    await input.onListed(models.length);
    await probeAll(deps, input, models, found);
  } catch (fault) {
    return { status: 'error', error: sentenceOf(deps, fault, input.target), cut: null };
  }
  const isCut = input.cut.aborted || (deps.stopping.aborted && found.probes.length < models.length);
  if (!isCut) return { status: 'completed', error: null, cut: null };
  const cut = cutOf(input.cut);
  return { status: 'interrupted', error: sentenceOfCut(cut), cut };
}

async function listOrReason(deps: Deps, { target, channel, cut }: ProbeTargetInput) {
  try {
    const list = await listModels({ upstream: deps.upstream, channel, target, signal: cut });
    return list.ok ? list : { ...list, cut: null };
  } catch (error) {
    if (!cut.aborted) throw error;
    return { ok: false as const, error: sentenceOfCut(cutOf(cut)), cut: cutOf(cut) };
  }
}

async function probeAll(
  deps: Deps,
  input: ProbeTargetInput,
  models: readonly string[],
  found: Found,
): Promise<void> {
  const { target, channel, cut } = input;
  const { upstream, nowS } = deps;
  const known = await listKnownModels(deps.db, target.id);
  const rememberedByModel = new Map(known.map((state) => [state.model, state.remembered]));
  const begin = AbortSignal.any([cut, deps.stopping]);
  await inLanes(models, deps.limits.probesPerRun, begin, async (model) => {
    const remembered = rememberedByModel.get(model) ?? null;
    const context = { upstream, channel, target, model, remembered, signal: cut, nowS };
    const outcome = await probeUnlessCut(deps, target, context);
    if (!outcome) return;
    found.probes.push(outcome.probe);
    found.remembered.set(model, outcome.remembered);
    await input.onProbe(outcome.probe, models.length, found.probes.length);
  });
}

/** Null where the probe was cut off: nothing was found out. A fault of ours is a row of its own. */
async function probeUnlessCut(
  { logger }: Deps,
  { id: target_id }: Target,
  input: ProbeModelInput,
): Promise<ProbeOutcome | null> {
  try {
    return await probeModel(input);
  } catch (err) {
    if (input.signal.aborted) return null;
    logger.error({ err, target_id, model: input.model }, 'probe failed for a fault of ours');
    return unfinished(input, unexpected);
  }
}

/** A worker that stops aborts its runs without saying why. */
function cutOf({ reason }: AbortSignal): RunCut {
  return reason instanceof RunCutError ? reason.cut : 'interrupted';
}
