import type { z } from 'zod';
import { nextFault } from '../evidence/channel-fault.ts';
import { type Finding, isChannelLimit, isOfWholeChannel } from '../evidence/finding.ts';
import { isAhead } from '../figures/clock-skew.ts';
import type { keyStateShape } from './key-state-shape.ts';

// Browsers import this file, so it must not import zod at run time.

export type KeyState = z.output<typeof keyStateShape>;

/**
 * What a key is good for now.
 * - `proven`, `unproven`: it may be used; the latter has never got an answer.
 * - `resting`: it had too many requests, and others take its place for a moment.
 * - `failed`: it is refused, or has nothing left; only a probe asks again.
 */
export const keyStandings = ['proven', 'unproven', 'resting', 'failed'] as const;
export type KeyStanding = (typeof keyStandings)[number];

/** The keys of a channel that may be used, and what is known about each. */
export interface ChannelKeys {
  /** Hashes of the enabled ones. */
  enabled: readonly string[];
  states: readonly KeyState[];
}

/** The state of a key that nothing is known about. */
export function newKeyState(key: string): KeyState {
  return { key, proved_at: null, fault: null };
}

export function keyStandingOf(state: KeyState | undefined, nowS: number): KeyStanding {
  const { fault = null, proved_at = null } = state ?? {};
  const isOver = fault?.kind === 'rate_limit' && isRestOver(fault, nowS);
  if (!fault || isOver) return proved_at === null ? 'unproven' : 'proven';
  return fault.kind === 'rate_limit' ? 'resting' : 'failed';
}

/** Whether requests may use it. */
export function isKeyUsable(state: KeyState | undefined, nowS: number): boolean {
  const standing = keyStandingOf(state, nowS);
  return standing === 'proven' || standing === 'unproven';
}

function isRestOver(
  { rest_until, found_at }: { rest_until: number; found_at: number },
  nowS: number,
) {
  return rest_until <= nowS || isAhead(found_at, nowS);
}

/** A key that fails is asked again after half a minute at first, and at least this often in the end. */
const longestRestS = 6 * 3600;

/** What a key asks for by `Retry-After` counts up to this, because others serve in its place. */
const longestToldRestS = 3600;

/** A proof that is renewed more often isn't noted. */
const renewalS = 30;

/** The state of the finding's key after it. */
function nextKeyState(before: KeyState, finding: Finding): KeyState {
  const { proved_at } = before;
  if (finding.outcome === 'success') {
    const fault = nextKeyFault(before, finding);
    const isSame = fault === before.fault && finding.at - (proved_at ?? 0) < renewalS;
    return isSame ? before : { ...before, fault, proved_at: Math.max(finding.at, proved_at ?? 0) };
  }
  // It has got an answer since then, or requests that were under way together met the same.
  if (proved_at !== null && finding.at < proved_at) return before;
  if (before.fault && finding.began_at <= before.fault.found_at) return before;
  const isOwn = isOfWholeChannel(finding) || isChannelLimit(finding);
  if (!isOwn && finding.by !== 'recheck') return before;
  const fault = nextKeyFault(before, finding);
  return fault === before.fault ? before : { ...before, fault };
}

function nextKeyFault({ fault: before }: KeyState, finding: Finding): KeyState['fault'] {
  const shown = { ...finding, is_unreached: undefined };
  const fault = nextFault(before, shown, { model: '', intervalS: longestRestS });
  if (fault === before || fault?.kind !== 'rate_limit') return fault;
  const toldS = Math.min(finding.retry_after_s ?? 0, longestToldRestS);
  return { ...fault, rest_until: Math.max(fault.rest_until, finding.at + toldS) };
}

/** The states after one more finding; the same list if nothing has changed. */
export function nextKeyStates(states: readonly KeyState[], finding: Finding): readonly KeyState[] {
  const before = states.find(({ key }) => key === finding.key);
  const after = before && nextKeyState(before, finding);
  return after === before || !after ? states : states.map((one) => (one === before ? after : one));
}

/**
 * What a finding about one key says about the channel: null if another key serves in its place. Where the
 * others only rest, the channel is busy until the first of them may be used again.
 */
export function asChannels(finding: Finding, { enabled, states }: ChannelKeys): Finding | null {
  if (!isOfWholeChannel(finding) && !isChannelLimit(finding)) return finding;
  if (finding.key === undefined || !enabled.includes(finding.key)) return null;
  const own = states.filter(({ key }) => enabled.includes(key));
  if (own.some((state) => isKeyUsable(state, finding.at))) return null;
  const resting = own.flatMap(({ fault }) => (fault?.kind === 'rate_limit' ? fault : []));
  const [first] = resting.sort((a, b) => a.rest_until - b.rest_until);
  if (!first) return finding;
  const { kind, error: message, status, rest_until } = first;
  return { ...finding, kind, message, status, retry_after_s: Math.max(0, rest_until - finding.at) };
}

/** When a state was last found. */
function foundAt({ proved_at, fault }: KeyState): number {
  return Math.max(proved_at ?? 0, fault?.found_at ?? 0);
}

/** Of two versions of a key's state, the one with the later finding; `stored` if both are as old. */
export function latestKeyState(
  stored: KeyState,
  heard: KeyState | undefined,
  nowS: number,
): KeyState {
  if (!heard || isAhead(foundAt(heard), nowS)) return stored;
  return foundAt(heard) > foundAt(stored) ? heard : stored;
}

/** Whether people or routing would notice the difference, and not only that a proof was renewed. */
export function hasKeyMoved(before: KeyState | undefined, after: KeyState): boolean {
  const [old, now] = [before?.fault ?? null, after.fault];
  if (old?.since !== now?.since || old?.rest_until !== now?.rest_until) return true;
  return (before?.proved_at ?? null) === null && after.proved_at !== null;
}

/** Whether the difference is worth a write. */
export function areKeysWorthStoring(
  before: readonly KeyState[],
  after: readonly KeyState[],
): boolean {
  if (before === after) return false;
  return after.some((state, index) => {
    const old = before[index];
    const isRenewed = (state.proved_at ?? 0) - (old?.proved_at ?? 0) >= renewalS;
    return isRenewed || hasKeyMoved(old, state);
  });
}

/** The failed key that a probe should ask next, and when; null if none fails. */
export function nextKeyRecheck({
  enabled,
  states,
}: ChannelKeys): { key: string; at: number } | null {
  const own = states.filter(({ key }) => enabled.includes(key));
  const failed = own.flatMap(({ key, fault }) =>
    fault && fault.kind !== 'rate_limit' ? [{ key, at: fault.rest_until }] : [],
  );
  return failed.sort((a, b) => a.at - b.at)[0] ?? null;
}
