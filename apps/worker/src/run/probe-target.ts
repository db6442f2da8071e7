import type { Channel, ProbeResult, Target } from '@api-monitor/core';
import { listKnownModels } from '@api-monitor/db';
import { listModels } from '../probe/list-models.ts';
import { probeModel } from '../probe/probe-model.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { chooseModels } from './choose-models.ts';
import { inLanes } from './in-lanes.ts';

/** What a run found, however it ended. */
export interface Findings {
  status: 'completed' | 'error' | 'interrupted';
  error: string | null;
  probes: ProbeResult[];
  /** By model: what worked, for the next run. */
  remembered: Map<string, unknown>;
  /** Null where the list could not be had. */
  listedModels: string[] | null;
}

interface ProbeTargetInput {
  target: Target;
  channel: Channel;
  /** Ends the run at once. */
  cut: AbortSignal;
  onListed: (total: number) => Promise<void>;
  onProbe: (probe: ProbeResult, total: number, done: number) => Promise<void>;
}

type Deps = Pick<WorkerDeps, 'db' | 'upstream' | 'stopping' | 'limits' | 'nowS'>;

/** Findings of a run that has none but the reason why. */
export function noFindings(error: string, status: 'error' | 'interrupted' = 'error'): Findings {
  return { status, error, probes: [], remembered: new Map(), listedModels: null };
}

/** Lists a target's models and probes those that are chosen. Throws only for faults of our own. */
export async function probeTarget(deps: Deps, input: ProbeTargetInput): Promise<Findings> {
  const listed = await listOrReason(deps, input);
  if (!listed.ok) return noFindings(listed.error, listed.isInterrupted ? 'interrupted' : 'error');
  const models = chooseModels(listed.models, input.target);
  await input.onListed(models.length);
  const found = await probeAll(deps, input, models);
  const isCut = input.cut.aborted || (deps.stopping.aborted && found.probes.length < models.length);
  return {
    ...found,
    status: isCut ? 'interrupted' : 'completed',
    error: isCut ? reasonOf(input.cut) : null,
    listedModels: listed.models,
  };
}

async function listOrReason(deps: Deps, { target, channel, cut }: ProbeTargetInput) {
  try {
    const list = await listModels({ upstream: deps.upstream, channel, target, signal: cut });
    return list.ok ? list : { ...list, isInterrupted: false };
  } catch (error) {
    if (!cut.aborted) throw error;
    return { ok: false as const, error: reasonOf(cut), isInterrupted: true };
  }
}

async function probeAll(deps: Deps, input: ProbeTargetInput, models: readonly string[]) {
  const { target, channel, cut } = input;
  const known = await listKnownModels(deps.db, target.id);
  const rememberedByModel = new Map(known.map((state) => [state.model, state.remembered]));
  const found = { probes: [] as ProbeResult[], remembered: new Map<string, unknown>() };
  const begin = AbortSignal.any([cut, deps.stopping]);
  await inLanes(models, deps.limits.probesPerRun, begin, async (model) => {
    const remembered = rememberedByModel.get(model) ?? null;
    const context = { upstream: deps.upstream, channel, target, model, remembered };
    const outcome = await unlessCut(cut, probeModel({ ...context, signal: cut, nowS: deps.nowS }));
    if (!outcome) return;
    found.probes.push(outcome.probe);
    found.remembered.set(model, outcome.remembered);
    await input.onProbe(outcome.probe, models.length, found.probes.length);
  });
  return found;
}

/** Null where the probe was cut off: nothing was found out. */
async function unlessCut<T>(cut: AbortSignal, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (cut.aborted) return null;
    throw error;
  }
}

/** The sentence that the run was stopped with; a stopping worker gives none. */
function reasonOf(cut: AbortSignal): string {
  const reason: unknown = cut.reason;
  const isOurs = reason instanceof Error && reason.message.startsWith('stopped:');
  return isOurs ? reason.message : 'interrupted';
}
