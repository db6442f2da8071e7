import {
  askedFirst,
  type ChannelFault,
  type ErrorKind,
  type ProbeResult,
  type RunNote,
  type RunPlan,
  type Suspicion,
  settleScopes,
  type Target,
  watchForCause,
} from '@api-monitor/core';
import type { FindingOnModel, KnownState } from '@api-monitor/db';
import type { ModelList } from '@api-monitor/protocols';
import { askModels, type Unasked } from '../asking/ask-models.ts';
import { askPatiently } from '../asking/ask-patiently.ts';
import type { Budget } from '../asking/budget.ts';
import type { TakeTurn } from '../asking/channel-turns.ts';
import type { KeyRing } from '../asking/key-ring.ts';
import type { Pace } from '../asking/pace.ts';
import { leftOut, type ProbeOutcome, probeModel, withoutAnswer } from '../probe/probe-model.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { rowFromTraffic } from './traffic-row.ts';
import { unlessCut } from './unless-cut.ts';

export type ProbingDeps = Pick<
  WorkerDeps,
  'db' | 'logger' | 'upstream' | 'stopping' | 'limits' | 'nowS' | 'freezes' | 'random'
>;

/** The models that a channel lists, or why there is no list. */
export type FoundList =
  | Extract<ModelList, { ok: true }>
  | { ok: false; kind: ErrorKind; note: RunNote };

/** Everything that one run works with. */
export interface RunContext {
  target: Target;
  keys: KeyRing;
  known: ReadonlyMap<string, KnownState>;
  fault: ChannelFault | null;
  /** Null if the models are typed by hand alone. */
  list: FoundList | null;
  plan: RunPlan;
  pace: Pace;
  budget: Budget;
  takeTurn: TakeTurn;
  /** Ends the run at once. */
  cut: AbortSignal;
  onListed: (total: number) => Promise<void>;
  onProbe: (probe: ProbeResult, total: number, done: number) => Promise<void>;
}

/** What a run found out about its models, also if it ended early. */
export interface ProbedModels {
  probes: ProbeResult[];
  findings: FindingOnModel[];
  /** By model: the form that worked, for the next run. */
  remembered: Map<string, unknown>;
  unasked: Unasked;
  /** An internal error that ended the run. */
  failure: { error: unknown } | null;
  isComplete: boolean;
}

/** What a probe says that failed because of an error in this program; the details are only logged. */
const unexpected = "unexpected error; see the monitor's log";

/** Probes every model of the plan, or writes why it wasn't probed. Never throws. */
export async function probeModels(deps: ProbingDeps, run: RunContext): Promise<ProbedModels> {
  const { plan, list, fault, cut } = run;
  const suspicion = { list: list && !list.ok ? list.kind : null, fault };
  const watch = watchForCause(suspicion);
  const total = plan.left.length + plan.provenByTraffic.length + plan.asked.length;
  const probed: ProbedModels = {
    ...{
      probes: [],
      findings: [],
      remembered: new Map(),
      unasked: { over_budget: [], full: [] },
      failure: null,
    },
    isComplete: false,
  };
  const take = async ({ probe, findings, remembered }: ProbeOutcome) => {
    probed.probes.push(probe);
    probed.findings.push(...findings.map((finding) => ({ model: probe.model, finding })));
    probed.remembered.set(probe.model, remembered);
    await run.onProbe(probe, total, probed.probes.length);
  };
  try {
    await run.onListed(total);
    for (const model of plan.left) await take(leftOut(contextOf(deps, run, model)));
    await takeTraffic(deps, run, async (outcome) => {
      watch.take(outcome);
      await take(outcome);
    });
    probed.unasked = await ask(deps, run, { suspicion, watch, take });
  } catch (error) {
    probed.failure = { error };
  }
  const settled = { hasAnswered: watch.hasAnswered(), cause: watch.cause() };
  const isComplete =
    !cut.aborted && probed.probes.length + unaskedOf(probed.unasked).length === total;
  return { ...probed, findings: settleScopes(probed.findings, settled), isComplete };
}

/** Those that weren't asked, whatever the reason. */
export function unaskedOf({ over_budget, full }: Unasked): string[] {
  return [...over_budget, ...full];
}

async function takeTraffic(
  { db }: ProbingDeps,
  { plan, target, known }: RunContext,
  take: (outcome: ProbeOutcome) => Promise<void>,
): Promise<void> {
  for (const { model, proof } of plan.provenByTraffic) {
    const probe = await rowFromTraffic(db, { target_id: target.id, model, proof });
    await take({ probe, findings: [], remembered: known.get(model)?.remembered ?? null });
  }
}

interface Asking {
  suspicion: Suspicion;
  watch: ReturnType<typeof watchForCause>;
  take: (outcome: ProbeOutcome) => Promise<void>;
}

function ask(
  deps: ProbingDeps,
  run: RunContext,
  { suspicion, watch, take }: Asking,
): Promise<Unasked> {
  return askModels({
    models: run.plan.asked,
    askedFirst: askedFirst(suspicion),
    atOnce: deps.limits.probesPerRun,
    signal: AbortSignal.any([run.cut, deps.stopping]),
    budget: run.budget,
    watch,
    ask: (model) => askOne(deps, run, model),
    withoutAsking: (model, { kind, error }) =>
      withoutAnswer(contextOf(deps, run, model), { error, error_kind: kind }),
    onOutcome: take,
  });
}

async function askOne(
  deps: ProbingDeps,
  run: RunContext,
  model: string,
): Promise<ProbeOutcome | null> {
  const context = contextOf(deps, run, model);
  const { freezes, nowS, logger } = deps;
  const asking = askPatiently(
    () => run.keys.ask((upstreamTarget) => probeModel({ ...context, upstreamTarget })),
    { pace: run.pace, freezes, nowS },
  );
  return unlessCut(run.cut, asking).catch((err) => {
    logger.error({ err, target_id: run.target.id, model }, 'probe failed unexpectedly');
    return withoutAnswer(context, { error: unexpected, error_kind: 'upstream' });
  });
}

function contextOf({ upstream, nowS, random }: ProbingDeps, run: RunContext, model: string) {
  const { target, budget, takeTurn, cut: signal } = run;
  const remembered = run.known.get(model)?.remembered ?? null;
  return {
    upstream,
    target,
    budget,
    takeTurn,
    model,
    remembered,
    signal,
    nowS,
    random,
    by: 'run' as const,
  };
}
