import { type ChannelFault, outageOf } from '../../evidence/channel-fault.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { answeredAt, failingSinceOf } from '../../evidence/next-knowledge.ts';
import type { ErrorKind } from '../../probes/error-kind.ts';
import type { KeyState } from '../../target-keys/key-state.ts';
import type { Observation, Subject, Why } from './observation.ts';

// Browsers import this file, so it must not import zod.

/** What is known about a channel, as it is stored. */
export interface ObservedChannel {
  target_id: number;
  fault: ChannelFault | null;
  /** When its list could not be read; null or absent: it was, or models that it is known for answer. */
  unlisted?: { at: number; kind: ErrorKind; error: string } | null;
  /** When it was last edited, so that it may work again; absent: never. */
  edited_at?: number;
  /** By their public names. */
  models: readonly { model: string; evidence: readonly Evidence[] }[];
  /** Those that may be used, if there are several. */
  keys?: readonly (Pick<KeyState, 'proved_at' | 'fault'> & { name: string })[];
}

/** Failures in a row, the first of them and the last. */
interface Failing {
  since: number;
  found_at: number;
  why: Why;
}

/**
 * What the evidence says about a channel, its keys and its models. It may be asked again at any time: what
 * was said before has the same time, so it isn't counted twice. While the whole channel is at fault, nothing
 * is said about its models. Those that have never answered are left out: nobody misses them.
 */
export function observeChannel(channel: ObservedChannel): Observation[] {
  const { target_id, models, keys = [] } = channel;
  const subjectOf = (kind: Subject['kind'], fields: Partial<Subject> = {}): Subject => {
    return { kind, target_id, model: null, name: null, ...fields };
  };
  const ofKeys = keys.flatMap(({ name, fault, proved_at }) => {
    const subject = subjectOf('key_down', { name });
    // One with too many requests is only busy.
    if (fault && fault.kind !== 'rate_limit') return failuresOf(subject, failingOf(fault));
    return goodSince(subject, proved_at ?? 0);
  });
  const failing = failingChannel(channel);
  const whole = subjectOf('channel_down');
  if (failing) return [...failuresOf(whole, failing), ...ofKeys];
  return [
    ...goodSince(whole, worksSince(channel)),
    ...ofKeys,
    ...models.flatMap(({ model, evidence }) =>
      observeModel(subjectOf('model_down', { model }), evidence),
    ),
  ];
}

function failingChannel(channel: ObservedChannel): Failing | null {
  const outage = outageOf(channel.fault);
  if (outage) return failingOf(outage);
  const { unlisted = null } = channel;
  if (!unlisted || unlisted.at < worksSince(channel)) return null;
  return failingOf({ ...unlisted, since: unlisted.at, found_at: unlisted.at });
}

function failingOf({
  since,
  found_at,
  kind,
  error: message,
}: Pick<ChannelFault, 'since' | 'found_at' | 'kind' | 'error'>): Failing {
  return { since, found_at, why: { kind, message } };
}

function worksSince({ models, edited_at = 0 }: ObservedChannel): number {
  return Math.max(edited_at, ...models.map(({ evidence }) => answeredAt(evidence)));
}

function observeModel(subject: Subject, evidence: readonly Evidence[]): Observation[] {
  const served = evidence.filter(
    ({ proved_at, state }) => proved_at !== null && state !== 'refused',
  );
  const since = failingSinceOf({ evidence, fault: null });
  const [last] = served.toSorted((a, b) => b.found_at - a.found_at);
  if (!last) return [];
  if (since === null) {
    return goodSince(subject, answeredAt(served.filter(({ failures }) => failures === 0)));
  }
  const { error_kind: kind, error } = last;
  // Too many requests pass by themselves, so only time shows that it is an outage.
  const found_at = kind === 'rate_limit' ? since : last.found_at;
  return failuresOf(subject, { since, found_at, why: { kind, message: error ?? '' } });
}

function goodSince(subject: Subject, at: number): Observation[] {
  return at > 0 ? [{ subject, is_bad: false, at }] : [];
}

function failuresOf(subject: Subject, { since, found_at, why }: Failing): Observation[] {
  const first: Observation = { subject, is_bad: true, at: since, why };
  return found_at > since ? [first, { ...first, at: found_at }] : [first];
}
