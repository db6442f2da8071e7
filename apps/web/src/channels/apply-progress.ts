import { type Finding, nextKnowledge, nextModelState, probePlanOf } from '@api-monitor/core';
import { applyFault, withHeadline } from './apply-evidence.ts';
import type { Channel, LatestModel, ProgressEvent } from './channel.ts';

type Probe = NonNullable<ProgressEvent['probe']>;

/**
 * The channel after one more step of its run: the progress moves on, and a finished probe becomes its
 * model's newest state and last bar. A probe that is already known changes nothing.
 */
export function applyProgress(channel: Channel, event: ProgressEvent): Channel {
  const { total, probe } = event;
  const known = event.done === 0 ? 0 : (channel.run_progress?.done ?? 0);
  const done = Math.min(Math.max(event.done, known), total);
  const progressed: Channel = { ...channel, running: true, run_progress: { total, done } };
  if (!probe) return progressed;
  const index = channel.latest_models.findIndex((it) => it.model === probe.model);
  const before = channel.latest_models[index];
  if (before && before.timestamp >= probe.timestamp) return progressed;
  const { latest, fault } = latestAfter(before, probe, channel);
  progressed.latest_models = before
    ? channel.latest_models.with(index, latest)
    : insert(channel.latest_models, latest);
  return applyFault(progressed, { target_id: channel.id, fault, at: probe.timestamp });
}

/** Inserts it in the server's order, so that nothing moves when the list arrives. */
function insert(models: readonly LatestModel[], added: LatestModel): LatestModel[] {
  const index = models.findIndex((it) => it.model > added.model);
  return models.toSpliced(index < 0 ? models.length : index, 0, added);
}

function latestAfter(before: LatestModel | undefined, probe: Probe, channel: Channel) {
  const past = before ? { ...before, history: before.history ?? [] } : null;
  const { history, ...next } = nextModelState(past, probe);
  const known = { evidence: before?.evidence ?? [], fault: channel.fault };
  const finding = findingOf(probe);
  const { evidence, fault } = finding
    ? nextKnowledge(known, finding, {
        model: probe.model,
        intervalS: channel.interval_min * 60,
      })
    : known;
  const latest = {
    ...next,
    plan: before?.plan ?? probePlanOf(probe.model, channel.dont_probe),
    evidence: [...evidence],
    ...{ recheck_at: before?.recheck_at ?? null, gone_at: null },
    // A history that was never loaded stays absent: a single bar would look like the whole history.
    history: before && !before.history ? undefined : history,
  };
  return { latest: withHeadline(latest, { fault }, probe.timestamp), fault };
}

/**
 * What a probe of the run under way shows, until the run ends and the server sends the stored evidence.
 * Null if it wasn't asked.
 */
function findingOf(probe: Probe): Finding | null {
  const { route, timestamp: at, duration, first_token_s, is_wrong_answer } = probe;
  if (probe.error_kind === 'skipped') return null;
  const outcome = probe.success ? 'success' : probe.error_kind === 'gated' ? 'gated' : 'failure';
  return {
    ...{ route, outcome, kind: probe.error_kind, scope: 'model', message: probe.error },
    by: probe.proved_by === 'traffic' ? 'traffic' : 'run',
    ...{ began_at: at - duration, at, first_token_s, is_wrong_answer, retry_after_s: null },
  };
}
