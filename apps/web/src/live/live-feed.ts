import { backoffMs } from './backoff.ts';

export type LiveState = 'live' | 'reconnecting' | 'offline';

/** The part of an EventSource that the feed uses. */
export interface FeedSource {
  readonly readyState: number;
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void;
  close(): void;
}

interface LiveFeedOptions {
  open(): FeedSource;
  /** Names of the events to hear. */
  events: readonly string[];
  onEvent(name: string, data: unknown): void;
  onState(state: LiveState): void;
  /** The stream stands anew and may have missed events. */
  onGap(): void;
  isOnline(): boolean;
  /** Calls back after a while; returns how to call that off. */
  setTimer(callback: () => void, delayMs: number): () => void;
  random(): number;
}

export interface LiveFeed {
  start(): void;
  /** Tries at once, whatever wait is under way: the network is back, or the token changed. */
  restart(): void;
  stop(): void;
}

const closed = 2;

/**
 * Owns the event stream. A browser's EventSource comes back by itself after a cut, with the id of
 * the last event, but gives up for good on any answer other than 200: then it is made anew, waiting
 * longer each time, and whoever listens is told that events may be missing.
 */
export function createLiveFeed(options: LiveFeedOptions): LiveFeed {
  let source: FeedSource | null = null;
  let cancelTimer: (() => void) | null = null;
  let failures = 0;
  let hadConnected = false;

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
      if (isFirstOpen && hadConnected) options.onGap();
      isFirstOpen = false;
      hadConnected = true;
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
    restart() {
      failures = 0;
      if (hadConnected) reportLoss();
      connect();
    },
    stop: drop,
  };
}

/** An event that is no JSON (`connected` says `ok`) is handed on as it came. */
function parseData(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
