import { isKeyUsable, type ProbeModelJob, probePlanOf, type Target } from '@api-monitor/core';
import { getKnownModel, getTarget, recordKeyProbe } from '@api-monitor/db';
import { totalOf } from '../asking/ask-patiently.ts';
import { openBudget } from '../asking/budget.ts';
import { turnsAtOnce } from '../asking/channel-turns.ts';
import { enabledKeysOf, type RingKey, withKey } from '../asking/key-ring.ts';
import { askAwake } from '../probe/freeze-watch.ts';
import { type ProbeOutcome, probeModel } from '../probe/probe-model.ts';
import { publishFault } from '../publish-fault.ts';
import { hasMoved } from '../run/has-moved.ts';
import { unlessCut } from '../run/unless-cut.ts';
import { withRetries } from '../run/with-retries.ts';
import type { WorkerDeps } from '../worker-deps.ts';

/**
 * Asks whether a key that failed works again, with one question to one model; the channel's other keys serve
 * meanwhile. `cut` ends it at once, without a result. Throws internal errors.
 */
export async function recheckKey(
  deps: WorkerDeps,
  { target_id, model, key: hash }: ProbeModelJob & { key: string },
  cut: AbortSignal,
): Promise<void> {
  const { db, metrics, nowS } = deps;
  const target = await getTarget(db, target_id);
  const key = target && dueKey(deps, target, hash);
  const known = await getKnownModel(db, target_id, model);
  const isAskable = known !== null && known.gone_at === null;
  if (!target?.enabled || !key || !isAskable || !isProbed(target, model)) {
    return metrics.recheckEnded('skipped');
  }
  const budget = await openBudget(deps, target);
  try {
    const { upstream, random, slots } = deps;
    const takeTurn = turnsAtOnce(slots, { target, signal: cut });
    const { remembered } = known;
    const asked = { upstream, upstreamTarget: key.upstream, target, budget, model, remembered };
    const asking = () =>
      probeModel({ ...asked, takeTurn, signal: cut, nowS, random, route: null, by: 'recheck' });
    const answers = await unlessCut(
      cut,
      askAwake(asking, ({ probe }) => probe.error_kind, deps),
    );
    const outcome = answers && withKey(totalOf(answers), key);
    if (!outcome) return metrics.recheckEnded('skipped');
    if (outcome.notSent) return budget.lose(outcome.probe);
    await record(deps, target, outcome, cut);
  } finally {
    await budget.end();
  }
}

/** The key, if its rest is over; it may be gone, or work again, since the job was queued. */
function dueKey(deps: WorkerDeps, target: Target, hash: string): RingKey | null {
  const { db, nowS } = deps;
  const state = target.key_states.find(({ key }) => key === hash);
  const isDue = state?.fault && !isKeyUsable(state, nowS()) && state.fault.rest_until <= nowS();
  if (!isDue) return null;
  return enabledKeysOf(db, target).find((key) => key.hash === hash) ?? null;
}

function isProbed({ dont_probe }: Target, model: string): boolean {
  return probePlanOf(model, dont_probe) === 'probed';
}

async function record(
  deps: WorkerDeps,
  before: Target,
  { probe, findings }: ProbeOutcome,
  cut: AbortSignal,
): Promise<void> {
  const { db, bus, logger, metrics, nowS } = deps;
  const { id: target_id } = before;
  const current = await getTarget(db, target_id);
  if (!current || hasMoved(before, current)) return;
  const target = await withRetries(
    () => recordKeyProbe(db, { target_id, probe, findings, nowS: nowS() }),
    (err) => logger.error({ err, target_id }, 'the probe of a key was not written; trying again'),
    cut,
  );
  if (!target) return;
  const { model, success, error } = probe;
  metrics.recheckEnded(success ? 'alive' : 'failed');
  logger.info({ target_id, model, success, error }, 'a key asked again after its rest');
  await publishFault(deps, { target_id, before: current.fault, after: target.fault, findings });
  await bus.events.publish({ type: 'target_updated', data: { target_id } });
}
