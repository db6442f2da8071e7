import { hash } from 'node:crypto';
import { growingTo, type MonitorEvent } from '@api-monitor/core';
import { LRUCache } from 'lru-cache';

const markLimit = 100_000;
const keptForS = 24 * 3600;
/** What one event holds; the latest count. */
const eventLimit = 200;
const publishPeriodMs = 100;

interface Options {
  nowS: () => number;
  publish: (event: MonitorEvent) => void;
}

/** Who issued something: `targetKey` is undefined if the target has only one key, or several issue it. */
export interface Issuer {
  targetId: number;
  targetKey: string | undefined;
}

export type StateIssuers = ReturnType<typeof createStateIssuers>;

/**
 * Remembers which target, with which of its keys, issued an id or sealed content, because no other understands it. Only hashes are
 * kept, in memory, for a day; all gateways hear of them.
 */
export function createStateIssuers({ nowS, publish }: Options) {
  /** 0: several targets issue it, so it says nothing. */
  const issuers = new LRUCache<string, Issuer & { at: number }>(growingTo(markLimit));
  let fresh: [hash: string, targetId: number, targetKey?: string][] = [];
  let timer: NodeJS.Timeout | null = null;

  const put = (mark: string, targetId: number, targetKey: string | undefined): boolean => {
    const known = issuers.get(mark);
    const isNew = !known || (known.targetId !== targetId && known.targetId !== severalTargets);
    const next = known && known.targetId !== targetId ? severalTargets : targetId;
    const isSameKey = !known || known.targetKey === targetKey;
    issuers.set(mark, {
      targetId: next,
      targetKey: isSameKey ? targetKey : undefined,
      at: nowS(),
    });
    return isNew;
  };
  const flush = () => {
    timer = null;
    const states = fresh.slice(-eventLimit);
    fresh = [];
    publish({ type: 'state_issued', data: { states } });
  };

  return {
    /** Null if it isn't known, or isn't one target's alone. */
    of(mark: string): Issuer | null {
      const issuer = issuers.get(hashOfMark(mark));
      const isKnown = issuer && issuer.targetId !== severalTargets && nowS() - issuer.at < keptForS;
      return isKnown ? issuer : null;
    },
    keep({ targetId, targetKey }: Issuer, mark: string): void {
      const key = hashOfMark(mark);
      if (!put(key, targetId, targetKey)) return;
      fresh.push(targetKey === undefined ? [key, targetId] : [key, targetId, targetKey]);
      if (fresh.length > 2 * eventLimit) fresh = fresh.slice(-eventLimit);
      timer ??= setTimeout(flush, publishPeriodMs).unref();
    },
    /** Takes what another gateway has passed on. */
    hear(event: MonitorEvent): void {
      if (event.type !== 'state_issued') return;
      for (const [mark, targetId, targetKey] of event.data.states) put(mark, targetId, targetKey);
    },
    close(): void {
      if (timer) clearTimeout(timer);
    },
  };
}

const severalTargets = 0;

/** 96 bits, so that no two are the same. */
export function hashOfMark(mark: string): string {
  return hash('sha256', mark, 'base64url').slice(0, 16);
}
