import type { BoardTarget } from '../board/board.ts';
import type { LiveEvidence } from '../board/live-evidence.ts';
import type { StateIssuers } from '../board/state-issuers.ts';
import type { KeyWish } from '../board/target-keys.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { CarriedMark } from './conversation/carried-state.ts';

interface Deps {
  issuers: Pick<StateIssuers, 'of'>;
  live: Pick<LiveEvidence, 'keyFaultOf'>;
}

/**
 * The target's key that issued what a request carries, because keys of other accounts don't understand it;
 * null if any may serve. Where that key is gone or fails, references are refused, and sealed content goes to
 * another key, which may be of the same account.
 */
export function keyOfCarried(
  { issuers, live }: Deps,
  target: BoardTarget,
  carried: readonly CarriedMark[],
): KeyWish | { error: GatewayError } | null {
  if (target.keyStates.length === 0) return null;
  for (const one of carried) {
    const { targetId, targetKey } = one.targetId === undefined ? (issuers.of(one.mark) ?? {}) : one;
    if (targetId !== target.id || targetKey === undefined) continue;
    const key = target.keys.find(({ hash }) => hash === targetKey);
    const fault = key && live.keyFaultOf(target, key);
    // One that had too many requests is asked all the same, as a channel with one key is.
    if (key && (!fault || fault.kind === 'rate_limit')) return { key: targetKey, isOnly: true };
    if (one.isReference) return { error: refusalOf(target, one, key?.name, fault?.error) };
  }
  return null;
}

function refusalOf(
  { name }: BoardTarget,
  { field }: CarriedMark,
  keyName: string | undefined,
  error: string | undefined,
): GatewayError {
  if (keyName === undefined) {
    const message = `"${field}" belongs to a key of the channel "${name}" that no longer exists; start a new conversation`;
    return { status: 404, code: 'channel_gone', message, param: field };
  }
  const message = `"${field}" belongs to the key "${keyName}" of the channel "${name}" alone, which fails: ${error ?? 'no answer'}`;
  return { status: 503, code: 'no_channel', message, param: field, retryAfterS: 30 };
}
