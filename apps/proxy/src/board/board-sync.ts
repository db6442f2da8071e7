import type { EventBus } from '@api-monitor/bus';
import type { OutageWatch } from '@api-monitor/runtime';
import type { KeySync } from './sync-keys.ts';
import type { TargetSync } from './sync-targets.ts';

export interface BoardSync {
  /** Reads what has changed since the last time; several calls at once share one reading. */
  sync(): Promise<void>;
  /** Seconds since the board was last known to be true. */
  ageS(): number;
  close(): void;
}

interface Options {
  keys: KeySync;
  targets: TargetSync;
  events: EventBus;
  watch: OutageWatch;
  periodMs: number;
  nowS: () => number;
}

/** Events that say that the board may be out of date. */
const changes = ['target_updated', 'run_completed', 'proxy_keys_changed', 'settings_changed'];

/**
 * Keeps the board true. Every row carries a revision: a cheap reading of all revisions once a second
 * finds what changed even if an event was lost; events only make it come sooner, a burst of them once.
 */
export function createBoardSync(options: Options): BoardSync {
  const { keys, targets, events, watch, nowS } = options;
  let syncedAt = 0;
  let underWay: Promise<void> | null = null;
  let isAskedAgain = false;

  const readAll = async () => {
    do {
      isAskedAgain = false;
      // Keys first, and whatever the channels do: a revoked key is dead within a second.
      const ends = [await settled(keys.sync()), await settled(targets.sync())];
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      syncedAt = nowS();
    } while (isAskedAgain);
  };
  const sync = (): Promise<void> => {
    isAskedAgain = underWay !== null;
    underWay ??= readAll().finally(() => {
      underWay = null;
    });
    return underWay;
  };
  const syncQuietly = () => void watch(sync());

  const timer = setInterval(syncQuietly, options.periodMs);
  timer.unref();
  // Events of another thread arrive one by one, and a reading of SQLite ends before the next one is
  // delivered: only after the present turn of the event loop can a burst share a reading.
  let soon: NodeJS.Immediate | null = null;
  const syncSoon = () => {
    soon ??= setImmediate(() => {
      soon = null;
      syncQuietly();
    });
  };
  const unsubscribe = events.subscribe(({ event }) => {
    if (changes.includes(event.type)) syncSoon();
  });
  const stopHearing = events.onLoss(syncSoon);
  return {
    sync,
    ageS: () => nowS() - syncedAt,
    close() {
      clearInterval(timer);
      if (soon) clearImmediate(soon);
      unsubscribe();
      stopHearing();
    },
  };
}

async function settled(work: Promise<void>): Promise<PromiseSettledResult<void>> {
  const [end] = await Promise.allSettled([work]);
  return end;
}
