import { type ChannelFault, outageOf } from '../../evidence/channel-fault.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { answeredAt, failingSinceOf } from '../../evidence/next-knowledge.ts';
import type { Observation, Subject } from './observation.ts';

// Browsers import this file, so it must not import zod.

/** What is known about a channel, as it is stored. */
export interface ObservedChannel {
  target_id: number;
  fault: ChannelFault | null;
  /** By their public names. */
  models: readonly { model: string; evidence: readonly Evidence[] }[];
}

/**
 * What the evidence says about a channel and its models. It may be asked again at any time: what was said
 * before has the same time, so it isn't counted twice. While the whole channel is at fault, that says it
 * all. Models that have never answered are left out: nobody misses them.
 */
export function observeChannel({ target_id, fault, models }: ObservedChannel): Observation[] {
  const outage = outageOf(fault);
  const subject: Subject = { kind: 'channel_down', target_id, model: null, name: null };
  if (outage) {
    const why = { kind: outage.kind, message: outage.error };
    return [{ subject, is_bad: true, at: outage.found_at, why }];
  }
  const at = Math.max(0, ...models.map(({ evidence }) => answeredAt(evidence)));
  const channel: Observation[] = at > 0 ? [{ subject, is_bad: false, at }] : [];
  return [
    ...channel,
    ...models.flatMap(({ model, evidence }) =>
      observeModel({ ...subject, kind: 'model_down', model }, evidence),
    ),
  ];
}

function observeModel(subject: Subject, evidence: readonly Evidence[]): Observation[] {
  const served = evidence.filter(
    ({ proved_at, state }) => proved_at !== null && state !== 'refused',
  );
  if (served.length === 0) return [];
  if (failingSinceOf({ evidence, fault: null }) === null) {
    const working = served.filter(({ failures }) => failures === 0);
    return [{ subject, is_bad: false, at: answeredAt(working) }];
  }
  const [last] = served.toSorted((a, b) => b.found_at - a.found_at);
  if (!last) return [];
  const why = { kind: last.error_kind, message: last.error ?? '' };
  return [{ subject, is_bad: true, at: last.found_at, why }];
}
