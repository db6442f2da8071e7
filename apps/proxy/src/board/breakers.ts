import { type BreakerState, breakerPauseS, hasPassed, isAhead } from '@api-monitor/core';
import type { BoardTarget } from './board.ts';

/** Remembers where live traffic failed, for each channel and model. */
export interface Breakers {
  state(targetId: number, model: string, provedAt: number): BreakerState;
  /** True where it takes the one try of a half-open breaker; the outcome or `release` gives it back. */
  begin(targetId: number, model: string): boolean;
  succeeded(targetId: number, model: string): void;
  failed(targetId: number, model: string, error: string): void;
  /** It says that it has no such model: no failure to count, yet worth a probe. */
  suspected(targetId: number, model: string): void;
  /** Neither: the client left, or what it sent was at fault. Only whoever took the try gives it back. */
  release(targetId: number, model: string): void;
  /** The channel was read anew: passing probes close, and what is gone is forgotten. */
  settle(targetId: number, target: Pick<BoardTarget, 'models'> | null): void;
  openCount(): number;
}

export interface BreakerChange {
  targetId: number;
  model: string;
  isOpen: boolean;
  consecutiveFailures: number;
  error: string | null;
}

interface Options {
  nowS: () => number;
  onChange: (change: BreakerChange) => void;
  /** Every failure or doubt of live traffic: asks for a probe of just that model. */
  onFailure: (targetId: number, model: string) => void;
}

interface Breaker {
  targetId: number;
  model: string;
  consecutiveFailures: number;
  openedAt: number;
  /** When the last failure was; a passing probe after it closes the breaker. */
  failedAt: number;
  tryBeganAt: number;
}

const failuresToOpen = 3;
/** A try that never reported back is released by time. */
const tryTimeoutS = 120;

/** Consecutive failures open a breaker; after a pause one request may try; a passing probe closes it. */
export function createBreakers({ nowS, onChange, onFailure }: Options): Breakers {
  const breakers = new Map<string, Breaker>();
  // A proof in the future, by a worker whose clock is ahead, would close it at every failure.
  const isProvenSince = ({ failedAt }: Breaker, provedAt: number) =>
    provedAt > failedAt && !isAhead(provedAt, nowS());
  const keyOf = (targetId: number, model: string) => `${targetId}/${model}`;

  const close = (targetId: number, model: string) => {
    if (breakers.size === 0) return;
    const breaker = breakers.get(keyOf(targetId, model));
    if (!breaker) return;
    breakers.delete(keyOf(targetId, model));
    if (breaker.openedAt === 0) return;
    onChange({ targetId, model, isOpen: false, consecutiveFailures: 0, error: null });
  };

  return {
    state(targetId, model, provedAt) {
      if (breakers.size === 0) return 'closed';
      const breaker = breakers.get(keyOf(targetId, model));
      if (!breaker || breaker.openedAt === 0) return 'closed';
      if (isProvenSince(breaker, provedAt)) {
        close(targetId, model);
        return 'closed';
      }
      const now = nowS();
      if (!hasPassed(breakerPauseS, breaker.openedAt, now)) return 'open';
      return hasPassed(tryTimeoutS, breaker.tryBeganAt, now) ? 'half_open' : 'open';
    },
    begin(targetId, model) {
      if (breakers.size === 0) return false;
      const breaker = breakers.get(keyOf(targetId, model));
      if (!breaker || breaker.openedAt === 0) return false;
      breaker.tryBeganAt = nowS();
      return true;
    },
    succeeded: close,
    failed(targetId, model, error) {
      const key = keyOf(targetId, model);
      const breaker = breakers.get(key) ?? {
        targetId,
        model,
        consecutiveFailures: 0,
        openedAt: 0,
        failedAt: 0,
        tryBeganAt: 0,
      };
      breakers.set(key, breaker);
      breaker.consecutiveFailures += 1;
      breaker.failedAt = nowS();
      breaker.tryBeganAt = 0;
      onFailure(targetId, model);
      if (breaker.consecutiveFailures < failuresToOpen) return;
      const wasOpen = breaker.openedAt > 0;
      breaker.openedAt = breaker.failedAt;
      if (wasOpen) return;
      const { consecutiveFailures } = breaker;
      onChange({ targetId, model, isOpen: true, consecutiveFailures, error });
    },
    suspected: onFailure,
    release(targetId, model) {
      const breaker = breakers.get(keyOf(targetId, model));
      if (breaker) breaker.tryBeganAt = 0;
    },
    settle(targetId, target) {
      for (const breaker of breakers.values()) {
        if (breaker.targetId !== targetId) continue;
        const state = target?.models.get(breaker.model);
        const isProven = state?.isAlive === true && isProvenSince(breaker, state.provedAt);
        if (!state || isProven) close(targetId, breaker.model);
      }
    },
    openCount: () => [...breakers.values()].filter(({ openedAt }) => openedAt > 0).length,
  };
}
