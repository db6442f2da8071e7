import {
  isChannelWide,
  isKeyUsable,
  type KeyState,
  type Target,
  type UpstreamTarget,
} from '@api-monitor/core';
import { type Database, upstreamTargetOf, upstreamWith, usableKeysOf } from '@api-monitor/db';
import type { ProbeOutcome } from '../probe/probe-model.ts';
import { totalOf } from './ask-patiently.ts';

/** One of a channel's keys. */
export interface RingKey {
  /** Undefined if the channel has only one. */
  hash: string | undefined;
  upstream: UpstreamTarget;
}

export type KeyRing = ReturnType<typeof createKeyRing>;

interface Options {
  db: Database;
  target: Target;
  /** Also asks keys whose rest after a failure isn't over, because a person started the run. */
  asksAll: boolean;
  /** Unix seconds. */
  nowS: () => number;
}

/** Keys that failed before are only asked if no other works, and then so many in one run. */
const mostFailed = 5;
/** A probe that meets limits waits rather than meeting more of them. */
const mostLimited = 3;
/** How long a limited key is left alone that doesn't say how long. */
const usualRestS = 1;

/**
 * The keys that a run or a recheck asks with: in turn, those first that were proven the longest time ago, so
 * that all are proven over time at the cost of one. A key that is refused isn't used again. Throws AppError
 * `encryption_key_mismatch`.
 */
export function createKeyRing({ db, target, asksAll, nowS }: Options) {
  const fresh = ringKeysOf({ db, target, asksAll, nowS });
  const [fallback] = fresh;
  const limitedUntil = new Map<RingKey, number>();
  const refused = new Set<RingKey>();

  const isFree = (key: RingKey) => !refused.has(key) && (limitedUntil.get(key) ?? 0) <= nowS();
  /** The next key; the first one although nothing speaks for it, if none was tried. */
  const next = (tried: ReadonlySet<RingKey>): RingKey | undefined => {
    const at = fresh.findIndex((key) => !tried.has(key) && isFree(key));
    if (at < 0) return tried.size === 0 ? fallback : undefined;
    const [key] = fresh.splice(at, 1);
    if (key) fresh.push(key);
    return key;
  };
  const note = (key: RingKey, { findings }: ProbeOutcome): void => {
    const finding = findings.at(-1);
    if (finding?.kind !== 'rate_limit') refused.add(key);
    else limitedUntil.set(key, nowS() + (finding.retry_after_s ?? usualRestS));
  };

  return {
    /** The key that answered last, after those that were tried, for a request that proves none. */
    surest: (tried: ReadonlySet<RingKey>): RingKey | undefined =>
      fresh.findLast((key) => !tried.has(key) && isFree(key)) ??
      (tried.size === 0 ? fallback : undefined),
    /** Asks with one key after the other until one isn't refused; what each one met is among the findings. */
    async ask(ask: (upstream: UpstreamTarget) => Promise<ProbeOutcome>): Promise<ProbeOutcome> {
      const tried = new Set<RingKey>();
      const before: ProbeOutcome[] = [];
      let limits = 0;
      for (let key = next(tried); ; ) {
        if (!key) throw new Error('a channel has no key that may be used');
        tried.add(key);
        const outcome = withKey(await ask(key.upstream), key);
        const finding = outcome.findings.at(-1);
        const isLimit = finding?.kind === 'rate_limit' && finding.scope === 'channel';
        const isRefused = !outcome.probe.success && (isLimit || isChannelWide(outcome.findings));
        if (isRefused && !outcome.notSent) note(key, outcome);
        if (isLimit) limits += 1;
        key = isRefused && limits < mostLimited ? next(tried) : undefined;
        if (!key || outcome.notSent) return joined(before, outcome);
        before.push(outcome);
      }
    },
  };
}

interface KnownKey extends RingKey {
  state: KeyState | undefined;
}

/** The keys of a channel that are enabled. Throws AppError `encryption_key_mismatch`. */
export function enabledKeysOf(db: Database, target: Target): KnownKey[] {
  const upstream = upstreamTargetOf(db, target);
  const states = new Map(target.key_states.map((state) => [state.key, state]));
  return usableKeysOf(db, target).map((key) => ({
    hash: key.hash,
    upstream: key.hash === undefined ? upstream : upstreamWith(upstream, key),
    state: key.hash === undefined ? undefined : states.get(key.hash),
  }));
}

/** The keys that may be used, in the order to try. */
function ringKeysOf({ db, target, asksAll, nowS }: Options): RingKey[] {
  const keys = enabledKeysOf(db, target);
  const now = nowS();
  const usable = keys.filter(({ state }) => isKeyUsable(state, now));
  const others = keys.filter((key) => !usable.includes(key)).sort(byRest);
  const isDue = ({ state }: KnownKey) => asksAll || (state?.fault?.rest_until ?? 0) <= now;
  const failed = others.filter(isDue).slice(0, mostFailed);
  const ring = [...usable.sort(byProof), ...failed];
  return ring.length > 0 ? ring : others.slice(0, 1);
}

function byProof({ state: a }: KnownKey, { state: b }: KnownKey): number {
  return (a?.proved_at ?? 0) - (b?.proved_at ?? 0);
}

function byRest({ state: a }: KnownKey, { state: b }: KnownKey): number {
  return (a?.fault?.rest_until ?? 0) - (b?.fault?.rest_until ?? 0);
}

/** The outcome with the key in each of its findings. */
export function withKey(outcome: ProbeOutcome, { hash }: Pick<RingKey, 'hash'>): ProbeOutcome {
  if (hash === undefined) return outcome;
  return { ...outcome, findings: outcome.findings.map((one) => ({ ...one, key: hash })) };
}

/** The last outcome, with what all cost, and with the refusals of the keys before. */
function joined(before: readonly ProbeOutcome[], last: ProbeOutcome): ProbeOutcome {
  const refusals = before.flatMap(({ findings }) => findings.slice(-1));
  return { ...totalOf([...before, last]), findings: [...refusals, ...last.findings] };
}
