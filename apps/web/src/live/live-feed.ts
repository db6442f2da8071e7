export type LiveState = 'live' | 'reconnecting' | 'offline';

/** The part of an EventSource that the feed uses. */
export interface FeedSource {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void;
  close(): void;
}

interface LiveFeedOptions {
  open(): FeedSource;
  /** Names of the events to listen to. */
  events: readonly string[];
  onEvent(name: string, data: unknown): void;
  onState(state: LiveState): void;
  /** The stream is open again, but events may be missing. */
  onGap(): void;
  isOnline(): boolean;
  /** Calls back after `delayMs`; returns a function that cancels it. */
  setTimer(callback: () => void, delayMs: number): () => void;
  random(): number;
}

const closed = 2;
const firstMs = 1000;
const maxMs = 30_000;

/**
 * Owns the event stream. A browser's EventSource reconnects by itself after a cut, with the id of the
 * last event, but gives up on any answer other than 200. Then the feed opens another one, waits longer
 * each time, and reports that events may be missing.
 */
export function createLiveFeed(options: LiveFeedOptions) {
  let source: FeedSource | null = null;
  let cancelTimer: (() => void) | null = null;
  let failures = 0;
  let wasConnected = false;

  const reportLoss = () => options.onState(options.isOnline() ? 'reconnecting' : 'offline');

  const drop = () => {
    cancelTimer?.();
    cancelTimer = null;
    source?.close();
    source = null;
  };

  const connect = () => {
    drop();
    const current = options.open();
    source = current;
    let isFirstOpen = true;
    current.addEventListener('open', () => {
      if (source !== current) return;
      failures = 0;
      options.onState('live');
      if (isFirstOpen && wasConnected) options.onGap();
      isFirstOpen = false;
      wasConnected = true;
    });
    current.addEventListener('error', () => {
      if (source !== current) return;
      reportLoss();
      if (current.readyState !== closed) return;
      failures += 1;
      cancelTimer = options.setTimer(connect, backoffMs(failures, options.random()));
    });
    for (const name of options.events) {
      current.addEventListener(name, (event) => {
        if (source === current) options.onEvent(name, parseData(event.data));
      });
    }
  };

  return {
    start: connect,
    /** Tries again at once, because the network is back or the token changed. */
    restart(): void {
      failures = 0;
      if (wasConnected) reportLoss();
      connect();
    },
    stop: drop,
  };
}

/** The event's data; text that isn't JSON, such as the `ok` of `connected`, stays as it is. */
function parseData(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}

/** The wait before the next attempt, in ms; `random` (0 to 1) spreads the clients out. */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + random / 2));
}
