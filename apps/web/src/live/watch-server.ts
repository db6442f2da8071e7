import { eventHeartbeat, eventHeartbeatMs } from '@api-monitor/core';
import type { ApiClient } from '../api/client.ts';
import type { Shell } from '../shell/start-shell.ts';
import type { FeedAnswer } from './live-feed.ts';
import { createSharedFeed, type TabChannel, type TabMessage } from './shared-feed.ts';

const pollMs = 20_000;
/** The bell of every page follows it. */
const bellEvent = 'incidents_changed';
/** What a tab heard that was hidden for longer may have gaps, if the browser suspended it. */
const trustMs = 60_000;
/** Two heartbeats may be late. */
const silenceMs = 2.5 * eventHeartbeatMs;

/** A page that follows the stream. */
export interface Follower {
  /** Names of the events to listen to. */
  events: readonly string[];
  /** Loads everything; returns whether to watch for changes. */
  loadAll(): Promise<boolean>;
  onEvent(name: string, data: unknown): void;
}

/** Follows the event stream, and loads everything every 20 seconds while the stream is down. */
export function watchServer({ client, live, bell, setTimer, base }: Shell, follower: Follower) {
  const feed = createSharedFeed(
    {
      open: (lastEventId, signal) => openStream(client, lastEventId, signal),
      channel: openChannel(base),
      tab: crypto.getRandomValues(new Uint32Array(4)).join('-'),
      heartbeat: eventHeartbeat,
      isOnline: () => navigator.onLine,
      setTimer,
      nowMs: Date.now,
      random: Math.random,
      silenceMs,
    },
    {
      onEvent({ name, data }) {
        if (name === bellEvent) void bell.load();
        if (follower.events.includes(name)) follower.onEvent(name, data);
      },
      onState(state) {
        live.state = state;
        live.isWatching = true;
      },
      onGap: () => void loadAll(),
      // The page finds out itself whether a login is missing, and asks for it. If none is, another tab has
      // just logged in, or a proxy refuses the stream alone: it is tried again with the next poll.
      onRefused() {
        Object.assign(live, { state: 'reconnecting', isWatching: true });
        void loadAll();
      },
    },
  );

  const stop = () => {
    feed.stop();
    live.isWatching = false;
  };
  const loadAll = async () => {
    const shouldWatch = await follower.loadAll();
    if (!shouldWatch) stop();
    return shouldWatch;
  };
  const loadThenWatch = async () => {
    if (await loadAll()) feed.start();
  };

  return {
    start(): void {
      void loadThenWatch();
      setInterval(() => {
        if (live.isWatching && live.state !== 'live') void loadThenWatch();
      }, pollMs);
      onSleepAndWake({
        isWatching: () => live.isWatching,
        check: feed.check,
        rest: feed.stop,
        wake: () => void loadThenWatch(),
        refresh: () => void loadAll(),
      });
      addEventListener('online', feed.restart);
      addEventListener('offline', () => {
        live.state = 'offline';
      });
    },
    /** Loads everything again, because the token changed. */
    reconnect: () => void loadThenWatch(),
  };
}

interface Sleeper {
  isWatching(): boolean;
  /** The tab is seen again. */
  check(): void;
  /** The browser is about to suspend the tab, or keeps the page only for the way back to it. */
  rest(): void;
  wake(): void;
  /** The tab was out of sight for long. */
  refresh(): void;
}

/** https://developer.chrome.com/docs/web-platform/page-lifecycle-api */
function onSleepAndWake({ isWatching, check, rest, wake, refresh }: Sleeper): void {
  let hiddenAtMs = 0;
  let wasWatching = false;
  const fallAsleep = () => {
    wasWatching ||= isWatching();
    rest();
  };
  const wakeUp = () => {
    if (wasWatching) wake();
    wasWatching = false;
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      hiddenAtMs = Date.now();
      return;
    }
    check();
    if (isWatching() && Date.now() - hiddenAtMs > trustMs) refresh();
  });
  document.addEventListener('freeze', fallAsleep);
  document.addEventListener('resume', wakeUp);
  addEventListener('pagehide', fallAsleep);
  addEventListener('pageshow', wakeUp);
}

async function openStream(
  client: ApiClient,
  lastEventId: string | null,
  signal: AbortSignal,
): Promise<FeedAnswer> {
  const headers = lastEventId === null ? {} : { 'last-event-id': lastEventId };
  const init = { signal, cache: 'no-store' } as const;
  const {
    status,
    headers: answered,
    body,
  } = await client.api.events.$get({ query: {} }, { headers, init });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    status,
    retryAfterS: Number(answered.get('retry-after') ?? 0) || null,
    next: async () => (await reader?.read())?.value ?? null,
  };
}

/** The channel of the tabs of this release and this monitor; null if the browser has none. */
function openChannel(base: string): TabChannel | null {
  if (typeof BroadcastChannel === 'undefined') return null;
  const channel = new BroadcastChannel(`api-monitor-events-1 ${base}`);
  return {
    post: (message) => channel.postMessage(message),
    listen(listener) {
      // Guarantee: only these pages post here, and the name has the form's version.
      channel.onmessage = ({ data }) => listener(data as TabMessage);
    },
  };
}
