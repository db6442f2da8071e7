import { isBounded, type NoSlot } from '@api-monitor/bus';
import type { EvidenceRoute } from '@api-monitor/core';
import type { BoardKey, BoardModel, BoardTargetKey } from '../../board/board.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import type { Choice } from '../../request/resolve-candidates.ts';
import { fullError, type Turn, takeTurn } from './take-slot.ts';

/** Where an attempt goes: a target that has room for it, and one of its keys. */
export interface Place {
  kind: 'place';
  choice: Choice;
  key: BoardTargetKey;
  /** No other target may be tried after it. */
  isLast: boolean;
  /** Whether the target has another key to try. */
  hasOtherKey: () => boolean;
  /** Call it when the attempt has ended. */
  give: () => void;
}

/** `none`: all that are left rest. `full`: none has room. */
export type NextPlace =
  | Place
  | { kind: 'none' }
  | { kind: 'full'; error: GatewayError }
  | { kind: 'client_left' };

interface Asked {
  /** In the order to try. */
  choices: readonly Choice[];
  route: EvidenceRoute;
  /** Of the client's key. */
  keyId: BoardKey['id'];
  /** When it no longer waits for room, by the clock of `performance.now()`. */
  endsAtMs: number;
  /** Waits, unless the client leaves: the signal is then aborted. */
  whileClientWaits: <T>(wait: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** How many keys of one target a request may try while others remain, and of the last one. */
const keyLimit = 4;
const lastKeyLimit = 16;

type Deps = Pick<GatewayDeps, 'live' | 'slots' | 'targetKeys' | 'attemptLimit'>;

/** The places that a request may be sent to, one after the other: the keys of a target, then the next target. */
export function createPlaces({ live, slots, targetKeys, attemptLimit }: Deps, asked: Asked) {
  const { route, keyId, endsAtMs, whileClientWaits } = asked;
  /** The keys of each target that were tried. If it has no room for the next one, another may come first. */
  const triedOf = new Map<BoardModel, Set<BoardTargetKey>>();
  let left = asked.choices;

  /** Others may have found in the meantime that it fails. */
  const isReady = ({ entry }: Choice) => !live.isResting(entry, route, keyId);

  const turnOf = (ready: readonly [Choice, ...Choice[]]): Promise<Turn | NoSlot> | Turn => {
    const [choice] = ready;
    if (!isBounded(choice.entry.target)) return { choice, give: () => {} };
    return whileClientWaits((signal) => takeTurn({ slots }, ready, { endsAtMs, signal }));
  };

  const placeOf = ({ choice, give }: Turn): Place | null => {
    const { target } = choice.entry;
    const tried = triedOf.get(choice.entry) ?? new Set();
    triedOf.set(choice.entry, tried);
    const key = targetKeys.next(target, choice.key, tried);
    if (!key) return null;
    tried.add(key);
    if (triedOf.size >= attemptLimit) left = left.filter(({ entry }) => triedOf.has(entry));
    const isLast = left.length === 0;
    const limit = isLast ? lastKeyLimit : keyLimit;
    const hasOtherKey = () => tried.size < limit && targetKeys.hasNext(target, choice.key, tried);
    return { kind: 'place', choice, key, isLast, hasOtherKey, give };
  };

  return {
    async next(): Promise<NextPlace> {
      for (;;) {
        const [first, ...others] = left.filter(isReady);
        if (!first) return { kind: 'none' };
        const ready = [first, ...others] as const;
        const turn = await turnOf([first, ...others]);
        if (turn === 'aborted') return { kind: 'client_left' };
        if (typeof turn === 'string') return { kind: 'full', error: fullError(ready, turn) };
        // It may have begun to rest while the request waited for room.
        const mayGo = isReady(turn.choice);
        if (mayGo) left = ready.filter((one) => one !== turn.choice);
        const place = mayGo ? placeOf(turn) : null;
        if (place) return place;
        turn.give();
      }
    },
    /** The next place has another key of this one's target. */
    changeKey({ choice }: Place): void {
      left = [choice, ...left];
    },
    /** Leaves targets out that would answer no better. */
    keepOnly(isKept: (choice: Choice) => boolean): void {
      left = left.filter(isKept);
    },
  };
}
