import {
  type Breaker,
  type BreakerEvent,
  isOpen,
  nextBreaker,
  type Offer,
  type PublishedBreaker,
  publishedBreaker,
} from '@api-monitor/core';
import type { BoardTarget } from './board.ts';

type ProvenOffer = Pick<Offer, 'target' | 'model' | 'is_alive' | 'proved_at'>;

interface Options {
  nowS: () => number;
  publish: (breaker: PublishedBreaker) => void;
  /** Requests a probe of one model, after each failure and each sign that the model may be gone. */
  requestProbe: (targetId: number, model: string) => void;
}

/**
 * A dying channel fails hundreds of requests at once, so a breaker's changes within this time are
 * published together.
 */
const publishPeriodMs = 100;

export type Breakers = ReturnType<typeof createBreakers>;

/** Remembers where live traffic failed, for each target and model. */
export function createBreakers({ nowS, publish, requestProbe }: Options) {
  const byTarget = new Map<number, Map<string, Breaker>>();
  const known = (targetId: number, model: string) => byTarget.get(targetId)?.get(model) ?? null;

  const put = (targetId: number, model: string, breaker: Breaker | null) => {
    const byModel = byTarget.get(targetId) ?? new Map<string, Breaker>();
    if (breaker) byModel.set(model, breaker);
    else byModel.delete(model);
    if (byModel.size > 0) byTarget.set(targetId, byModel);
    else byTarget.delete(targetId);
  };

  /** The breakers published within the last period, and whether they have changed since. */
  const justPublished = new Map<string, boolean>();
  const publishSoon = (targetId: number, model: string) => {
    const key = `${targetId}/${model}`;
    if (justPublished.has(key)) {
      justPublished.set(key, true);
      return;
    }
    publish(publishedBreaker(targetId, model, known(targetId, model)));
    justPublished.set(key, false);
    const publishRest = () => {
      const hasChanged = justPublished.get(key);
      justPublished.delete(key);
      if (hasChanged) publishSoon(targetId, model);
    };
    setTimeout(publishRest, publishPeriodMs).unref();
  };

  const take = (targetId: number, model: string, event: BreakerEvent) => {
    const before = known(targetId, model);
    const after = nextBreaker(before, event, nowS());
    if (after === before) return;
    put(targetId, model, after);
    if (isOpen(before) || isOpen(after)) publishSoon(targetId, model);
  };

  return {
    /** The breaker of an offer, unless the offer's own proof closes it. */
    of(offer: ProvenOffer): Breaker | null {
      const { target, model } = offer;
      if (known(target.id, model)) take(target.id, model, { kind: 'probed', proof: offer });
      return known(target.id, model);
    },
    /** Call before each request. Returns true if it is a trial, which its outcome or `release` ends. */
    begin(targetId: number, model: string): boolean {
      if (!isOpen(known(targetId, model))) return false;
      take(targetId, model, { kind: 'trial_began' });
      return true;
    },
    succeeded: (targetId: number, model: string) => take(targetId, model, { kind: 'succeeded' }),
    failed(targetId: number, model: string, error: string): void {
      take(targetId, model, { kind: 'failed', error });
      requestProbe(targetId, model);
    },
    /**
     * The target says that the model doesn't exist or may not be used: not a failure, but worth a probe.
     */
    suspected: requestProbe,
    /** Ends a trial that proves nothing, because the client left or its request was wrong. */
    release: (targetId: number, model: string) => take(targetId, model, { kind: 'trial_dropped' }),
    /**
     * Call after reloading a target: passed probes close its breakers, and those of removed models are
     * dropped.
     */
    settle(targetId: number, target: Pick<BoardTarget, 'models'> | null): void {
      for (const model of [...(byTarget.get(targetId)?.keys() ?? [])]) {
        const proof = target?.models.get(model);
        take(targetId, model, proof ? { kind: 'probed', proof } : { kind: 'removed' });
      }
    },
    openCount: () =>
      [...byTarget.values()].flatMap((byModel) => [...byModel.values()].filter(isOpen)).length,
  };
}
