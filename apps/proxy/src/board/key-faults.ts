import { type Finding, growingTo } from '@api-monitor/core';
import { LRUCache } from 'lru-cache';
import type { BoardKey } from './board.ts';

type KeyId = BoardKey['id'];

/** What is known of the keys that failed on one model of one channel. */
interface Place {
  /** The last one that failed since the last answer, and whether no other did. */
  failing: { keyId: KeyId; isAlone: boolean; at: number } | null;
  /** Keys whose failures count for nothing, and when somebody else was last served. */
  ignored: Map<KeyId, { untilS: number; othersServedAt: number }>;
  /** The two keys that were served last. */
  served: [Served, Served];
}

interface Served {
  keyId: KeyId | undefined;
  at: number;
}

const nobody: Served = { keyId: undefined, at: Number.NEGATIVE_INFINITY };
const newPlace = (): Place => ({ failing: null, ignored: new Map(), served: [nobody, nobody] });

/** An answer that was asked for within this time of a failure shows that the model works. */
const refutableS = 60;
/** How long the failures of a key count for nothing. */
const ignoredForS = 300;
/** How long a key that was served counts as one that uses the model. */
const inUseS = 300;
/** Waiting in vain is costly, so it counts for nothing only if somebody else was served this recently. */
const recentlyServedS = 30;
/** How long after a rest a probe, or another key, may try before the key that failed. */
const othersFirstS = 1;
const placeLimit = 2_000;
const ignoredLimit = 50;

/**
 * Keeps a client whose own requests make a model fail from taking the model away from all others. If a
 * model answers another key or a probe soon after only one key failed there, that key's failures count for
 * nothing for a while. A place is a model of a channel; known per process, in memory.
 */
export function createKeyFaults() {
  const places = new LRUCache<string, Place>(growingTo(placeLimit));

  /** `keyId`: undefined if a probe was served. */
  const served = (place: Place, keyId: KeyId | undefined, askedAt: number) => {
    for (const [ignored, one] of place.ignored) {
      if (ignored !== keyId) one.othersServedAt = Math.max(one.othersServedAt, askedAt);
    }
    const { failing } = place;
    // A request that was under way when the model failed doesn't show that it works.
    if (!failing || askedAt < failing.at) return;
    place.failing = null;
    const isRefuted = failing.isAlone && askedAt - failing.at <= refutableS;
    if (!isRefuted || failing.keyId === keyId) return;
    place.ignored.delete(failing.keyId);
    place.ignored.set(failing.keyId, { untilS: askedAt + ignoredForS, othersServedAt: askedAt });
    const [oldest] = place.ignored.keys();
    if (place.ignored.size > ignoredLimit && oldest !== undefined) place.ignored.delete(oldest);
  };

  const isIgnored = ({ ignored }: Place, keyId: KeyId, { at, status }: Finding) => {
    const one = ignored.get(keyId);
    if (!one || at >= one.untilS) return false;
    return status !== undefined || at - one.othersServedAt <= recentlyServedS;
  };

  return {
    /** Takes what a client's request showed; false if it counts for nothing. */
    counts(name: string, finding: Finding, keyId: KeyId): boolean {
      const isServed = finding.outcome === 'success';
      if (!isServed && !mayBeClients(finding)) return true;
      const place = places.get(name) ?? newPlace();
      places.set(name, place);
      if (isServed) {
        noteServed(place, keyId, finding.at);
        served(place, keyId, finding.began_at);
        return true;
      }
      if (isIgnored(place, keyId, finding)) return false;
      const { failing } = place;
      const isAlone = !failing || (failing.isAlone && failing.keyId === keyId);
      const isOld = failing !== null && finding.at - failing.at > refutableS;
      place.failing = { keyId, isAlone: isAlone || isOld, at: finding.at };
      return true;
    },

    /** Takes that a probe found a model working. */
    probed(name: string, at: number): void {
      const place = places.peek(name);
      if (place) served(place, undefined, at);
    },

    /** Whether others, who use the model too, should try it before the only key that failed. */
    isLast(name: string, keyId: KeyId, restEndedAt: number, nowS: number): boolean {
      const place = places.peek(name);
      if (!place || nowS - restEndedAt >= othersFirstS) return false;
      const { failing, ignored } = place;
      const isShared = place.served.some((one) => one.keyId !== keyId && nowS - one.at < inUseS);
      if (!isShared) return false;
      const isIgnoredNow = nowS < (ignored.get(keyId)?.untilS ?? 0);
      return isIgnoredNow || (failing?.isAlone === true && failing.keyId === keyId);
    },
  };
}

function noteServed(place: Place, keyId: KeyId, at: number): void {
  const [last, other] = place.served;
  place.served = [{ keyId, at }, last.keyId === keyId ? other : last];
}

/** Whether a request may be the reason for its failure: not if it wasn't sent, or the channel was at fault. */
function mayBeClients({ outcome, scope, is_unreached }: Finding): boolean {
  if (outcome === 'refused') return true;
  return outcome === 'failure' && scope !== 'channel' && is_unreached !== true;
}
