import {
  chooseRoute,
  hasPassed,
  isRecheckDue,
  type ProbeModelJob,
  type Target,
} from '@api-monitor/core';
import {
  getLastProbe,
  getTarget,
  type LastProbe,
  listDeadInTraffic,
  recordModelProbe,
} from '@api-monitor/db';
import { type ProbeOutcome, probeModel } from '../probe/probe-model.ts';
import { unlessCut } from '../run/probe-target.ts';
import { hasMoved, upstreamTargetOf } from '../run/upstream-target.ts';
import { withRetries } from '../run/with-retries.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/** A model may fail a thousand times a second under heavy traffic; it is probed once in this time. */
const pauseS = 10;

/**
 * Probes one model that failed in live traffic, and records the result. `cut` ends it at once, without a
 * result. Throws internal errors.
 */
export async function probeOneModel(
  deps: WorkerDeps,
  { target_id, model }: ProbeModelJob,
  cut: AbortSignal,
): Promise<void> {
  const target = await getTarget(deps.db, target_id);
  const last = await getLastProbe(deps.db, target_id, model);
  const isWanted = target?.enabled && last && chooseRoute(model).kind === 'probe';
  if (!isWanted || isKnown(last, deps.nowS())) {
    deps.metrics.trafficProbeEnded('skipped');
    return;
  }
  const { db, upstream, nowS } = deps;
  const context = {
    upstream,
    upstreamTarget: upstreamTargetOf(db, target),
    target,
    signal: cut,
    nowS,
  };
  const { remembered } = last;
  const outcome = await unlessCut(cut, probeModel({ ...context, model, remembered }));
  if (outcome) await record(deps, target, outcome, cut);
}

/** A scheduled probe that passed a moment ago doesn't count, because the failure may be newer. */
function isKnown({ success, timestamp, trigger }: LastProbe, nowS: number): boolean {
  return !hasPassed(pauseS, timestamp, nowS) && (!success || trigger === 'traffic');
}

async function record(
  deps: WorkerDeps,
  before: Target,
  { probe, remembered }: ProbeOutcome,
  cut: AbortSignal,
): Promise<void> {
  const { id: target_id } = before;
  const current = await getTarget(deps.db, target_id);
  if (!current || hasMoved(before, current)) return;
  const recorded = await withRetries(
    () => recordModelProbe(deps.db, { target_id, probe, remembered, nowS: deps.nowS() }),
    (err) => deps.logger.error({ err, target_id }, 'probe not written; trying again'),
    cut,
  );
  if (recorded.outcome !== 'recorded') return;
  const { model, success, error } = probe;
  deps.metrics.probeEnded(probe);
  deps.metrics.trafficProbeEnded(success ? 'alive' : 'failed');
  deps.logger.info({ target_id, model, success, error }, 'model probed after it failed in traffic');
  await deps.bus.events.publish({ type: 'target_updated', data: { target_id } });
}

/**
 * Queues a probe of each model that failed in live traffic and may work again. Until one passes, the
 * gateway sends nothing there, so otherwise only the next scheduled run would find out.
 */
export async function recheckModels({ db, bus, nowS }: WorkerDeps): Promise<void> {
  for (const state of await listDeadInTraffic(db)) {
    if (!isRecheckDue(state, nowS())) continue;
    const { target_id, model } = state;
    await bus.modelProbes.add(`${target_id}/${model}`, { target_id, model });
  }
}
