import {
  busyUntilOf,
  isTurn,
  needsRunWhenBack,
  nextRecheck,
  outageOf,
  type ProbeModelJob,
  probePlanOf,
  recheckAt,
  type Target,
} from '@api-monitor/core';
import {
  getKnownModel,
  getProbeMemory,
  getTarget,
  type KnownState,
  listKnownModels,
  listRechecks,
  listRunningTargetIds,
  type ProbeMemory,
  recordModelProbe,
} from '@api-monitor/db';
import { totalOf } from '../asking/ask-patiently.ts';
import { type Budget, openBudget } from '../asking/budget.ts';
import { turnsAtOnce } from '../asking/channel-turns.ts';
import { createKeyRing } from '../asking/key-ring.ts';
import { priceProbes } from '../prices/price-probes.ts';
import { askAwake } from '../probe/freeze-watch.ts';
import { type ProbeOutcome, probeModel } from '../probe/probe-model.ts';
import { publishFault } from '../publish-fault.ts';
import { hasMoved } from '../run/has-moved.ts';
import { runTarget } from '../run/run-target.ts';
import { unlessCut } from '../run/unless-cut.ts';
import { withRetries } from '../run/with-retries.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { hearWitness } from './hear-witness.ts';
import { recheckKey } from './recheck-key.ts';

/**
 * Queues a probe of one model for every channel that has one whose rest is over. The queue's key is the
 * channel, so that a channel is asked for one model at a time.
 */
export async function queueRechecks({ db, bus, nowS, stopping }: WorkerDeps): Promise<void> {
  if (stopping.aborted) return;
  const busy = new Set(await listRunningTargetIds(db));
  const targets = new Map<number, Target | null>();
  for (const { target_id, model, key } of await listRechecks(db, nowS())) {
    if (busy.has(target_id)) continue;
    const known = targets.get(target_id);
    const target = known === undefined ? await getTarget(db, target_id) : known;
    targets.set(target_id, target);
    if (!target || probePlanOf(model, target.dont_probe) !== 'probed') continue;
    busy.add(target_id);
    const job = key === undefined ? { target_id, model } : { target_id, model, key };
    await bus.modelProbes.add(String(target_id), job);
  }
}

/**
 * Asks one model again whose rest is over, and records the result. An answer that ends a fault of the whole
 * channel starts a run. `cut` ends it at once, without a result. Throws internal errors.
 */
export async function recheckModel(
  deps: WorkerDeps,
  job: ProbeModelJob,
  cut: AbortSignal,
): Promise<void> {
  if (job.key !== undefined) return recheckKey(deps, { ...job, key: job.key }, cut);
  const { target_id, model } = job;
  const target = await getTarget(deps.db, target_id);
  const memory = await getProbeMemory(deps.db, target_id);
  const known = await getKnownModel(deps.db, target_id, model);
  if (!target || !known || !isWanted(target, known, memory, deps.nowS())) {
    deps.metrics.recheckEnded('skipped');
    return;
  }
  const budget = await openBudget(deps, target);
  try {
    const asking = { target, budget, signal: cut };
    const outcome = await unlessCut(cut, ask(deps, asking, known));
    if (!outcome) {
      deps.metrics.recheckEnded('skipped');
      return;
    }
    const outage = outageOf(memory.fault);
    const others = outage ? [] : await listKnownModels(deps.db, target_id);
    const askWitness = (witness: KnownState) => ask(deps, asking, witness);
    const heard = await unlessCut(cut, hearWitness(outcome, { target, others, askWitness }));
    for (const one of heard ?? []) await record(deps, target, one, cut);
    if (!outage || !needsRunWhenBack(outage) || !outcome.probe.success) return;
  } finally {
    await budget.end();
  }
  await runInTurn(deps, target, cut);
}

/**
 * Runs a channel that is back, at its own second of the minute: when a provider is back, so are all of its
 * channels.
 */
async function runInTurn(deps: WorkerDeps, target: Target, cut: AbortSignal): Promise<void> {
  const { db, pause, nowS, stopping } = deps;
  const start = nowS();
  const waitS = Array.from({ length: 60 }, (_, s) => s).find((s) => isTurn(target, start + s)) ?? 0;
  const waiting = AbortSignal.any([cut, stopping]);
  await pause(waitS * 1000, waiting).catch(() => {});
  const now = await getTarget(db, target.id);
  // It may have been run meanwhile.
  if (waiting.aborted || !now?.enabled || now.last_run_at !== target.last_run_at) return;
  await runTarget(deps, { targetId: target.id, trigger: 'schedule', asksAll: true }, cut);
}

/** Its rest may have been ended by a client or a run since the job was queued. */
function isWanted(
  target: Target,
  known: KnownState,
  { fault }: ProbeMemory,
  nowS: number,
): boolean {
  const { model, evidence, gone_at } = known;
  const isProbed = probePlanOf(model, target.dont_probe) === 'probed' && gone_at === null;
  if (!target.enabled || !isProbed || busyUntilOf(fault, nowS) !== null) return false;
  const dueAt = outageOf(fault)?.rest_until ?? recheckAt(evidence);
  return dueAt !== null && dueAt <= nowS;
}

interface Asking {
  target: Target;
  budget: Budget;
  signal: AbortSignal;
}

/**
 * Asks once: a channel that is short of requests gets its next rest, so that no probe disturbs this one.
 * Null if the budget doesn't suffice, or if the channel has as many requests as it may have.
 */
async function ask(
  deps: WorkerDeps,
  { target, budget, signal }: Asking,
  { model, remembered, evidence }: KnownState,
): Promise<ProbeOutcome | null> {
  const { db, upstream, nowS, random, slots } = deps;
  const keys = createKeyRing({ db, target, asksAll: false, nowS });
  const route = nextRecheck(evidence)?.route ?? null;
  const takeTurn = turnsAtOnce(slots, { target, signal });
  const asked = { upstream, target, budget, takeTurn, model, remembered, signal };
  const asking = () =>
    keys.ask((upstreamTarget) =>
      probeModel({ ...asked, upstreamTarget, nowS, random, route, by: 'recheck' }),
    );
  const outcome = totalOf(await askAwake(asking, ({ probe }) => probe.error_kind, deps));
  if (!outcome.notSent) return outcome;
  budget.lose(outcome.probe);
  return null;
}

async function record(
  deps: WorkerDeps,
  before: Target,
  { probe, findings, remembered }: ProbeOutcome,
  cut: AbortSignal,
): Promise<void> {
  const { id: target_id } = before;
  const current = await getTarget(deps.db, target_id);
  if (!current || hasMoved(before, current)) return;
  const [priced = probe] = await priceProbes(deps, current, [probe]);
  const found = { target_id, probe: priced, findings, remembered };
  const recorded = await withRetries(
    () => recordModelProbe(deps.db, { ...found, nowS: deps.nowS() }),
    (err) => deps.logger.error({ err, target_id }, 'probe not written; trying again'),
    cut,
  );
  if (recorded.outcome !== 'recorded') return;
  const { model, success, error } = probe;
  deps.metrics.probeEnded(probe);
  deps.metrics.recheckEnded(success ? 'alive' : 'failed');
  deps.logger.info({ target_id, model, success, error }, 'model asked again after its rest');
  const { fault } = recorded.target;
  await publishFault(deps, { target_id, before: current.fault, after: fault, findings });
  await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
}
