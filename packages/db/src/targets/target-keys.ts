import { hash } from 'node:crypto';
import {
  areKeysWorthStoring,
  type ChannelKeys,
  firstEnabled,
  type KeyState,
  keysOf,
  newKeyState,
  nextKeyRecheck,
  settledKeys,
  type Target,
  type TargetKey,
  type TargetPatch,
  type UpstreamTarget,
} from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { targetPurpose } from '../secrets/secret-columns.ts';

type Keyed = Pick<Target, 'api_key' | 'keys' | 'key_states'>;

/** A key that may be used; `hash` is absent if it is the channel's only one. */
export interface UpstreamKey {
  hash?: string | undefined;
  name: string;
  apiKey: string;
}

/** By this, a key's state is kept: 72 bits, so that no two of a channel are the same. */
function hashTargetKey(apiKey: string): string {
  return hash('sha256', `target-key\n${apiKey}`, 'base64url').slice(0, 12);
}

/** All keys of a channel in the clear. Throws AppError `encryption_key_mismatch`. */
export function openKeys({ secretBox }: Pick<Database, 'secretBox'>, target: Keyed): TargetKey[] {
  const purpose = targetPurpose(target.keys.length > 0 ? 'keys' : 'api_key');
  return keysOf(target).map((key) => ({ ...key, api_key: secretBox.open(key.api_key, purpose) }));
}

/** The keys that requests may use, in their order. Throws AppError `encryption_key_mismatch`. */
export function usableKeysOf(db: Pick<Database, 'secretBox'>, target: Keyed): UpstreamKey[] {
  const keys = openKeys(db, target).map(({ name, api_key: apiKey, enabled }, index) => ({
    ...{ hash: target.key_states[index]?.key, name, apiKey },
    enabled,
  }));
  return keys.filter(({ enabled }) => enabled).map(({ enabled: _, ...key }) => key);
}

/** The same keys, each with its hash, whether it is the only one or not. */
export function hashedKeysOf(
  db: Pick<Database, 'secretBox'>,
  target: Keyed,
): (UpstreamKey & { hash: string })[] {
  return usableKeysOf(db, target).map((key) => ({ ...key, hash: hashTargetKey(key.apiKey) }));
}

/** How a channel is reached with one of its keys. */
export function upstreamWith(upstream: UpstreamTarget, { apiKey }: UpstreamKey): UpstreamTarget {
  return { ...upstream, apiKey };
}

/** What is known about the channel's keys; undefined if it has only one. */
export function channelKeysOf({ keys, key_states: states }: Pick<Target, 'keys' | 'key_states'>) {
  if (keys.length === 0) return undefined;
  const enabled = states.filter((_, index) => keys[index]?.enabled).map(({ key }) => key);
  return { enabled, states } satisfies ChannelKeys;
}

/**
 * A change with its keys as they are stored: sealed, and each with its state, which a key keeps in any order
 * and loses when it goes or is enabled again. `before`: null for a new channel.
 */
export function withStoredKeys(
  db: Pick<Database, 'secretBox'>,
  before: Target | null,
  patch: TargetPatch & { fault?: null },
): TargetPatch & { key_states?: KeyState[] } {
  const isKept = before !== null && isSamePlace(before, patch);
  if (patch.api_key === undefined && patch.keys === undefined) {
    const states = before?.key_states ?? [];
    const isReset = states.length > 0 && (!isKept || patch.fault === null);
    return isReset ? { ...patch, key_states: states.map(({ key }) => newKeyState(key)) } : patch;
  }
  const opened = before && openedOr(db, before);
  const { keys: settled, api_key } = settledKeys(opened, patch);
  // The other keys that another installation sealed are lost.
  const keys = settled ?? (before && !opened ? [] : undefined);
  const known = isKept ? (before?.key_states ?? []) : [];
  const wasOff = new Set(
    before?.keys.flatMap(({ enabled }, at) => (enabled ? [] : (before.key_states[at]?.key ?? []))),
  );
  const stateOf = ({ api_key: value, enabled }: TargetKey): KeyState => {
    const key = hashTargetKey(value);
    const state = known.find((one) => one.key === key);
    return !state || (enabled && wasOff.has(key)) ? newKeyState(key) : state;
  };
  return {
    ...patch,
    ...(api_key === undefined ? {} : { api_key }),
    ...(keys === undefined ? {} : { keys: sealedKeys(db, keys), key_states: keys.map(stateOf) }),
  };
}

function isSamePlace(before: Target, { base_url }: TargetPatch): boolean {
  return base_url === undefined || base_url === before.base_url;
}

function sealedKeys({ secretBox }: Pick<Database, 'secretBox'>, keys: readonly TargetKey[]) {
  const purpose = targetPurpose('keys');
  return keys.map((key) => ({ ...key, api_key: secretBox.seal(key.api_key, purpose) }));
}

/** null if another installation sealed them. */
function openedOr(db: Pick<Database, 'secretBox'>, target: Target) {
  try {
    const keys = openKeys(db, target);
    const { api_key } = firstEnabled(keys);
    return { api_key, keys: target.keys.length > 0 ? keys : [] };
  } catch {
    return null;
  }
}

/** The columns for the keys' new states; empty if none is worth a write. */
export function keyColumns(target: Pick<Target, 'key_states'>, after: ChannelKeys | undefined) {
  if (!after || !areKeysWorthStoring(target.key_states, after.states)) return {};
  return {
    key_states: JSON.stringify(after.states),
    key_recheck_at: nextKeyRecheck(after)?.at ?? null,
  };
}
